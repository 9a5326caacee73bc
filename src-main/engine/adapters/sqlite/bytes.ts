import type { Hex32 } from '../../../domain/ids.ts'
import { KIB } from '../../../domain/units.ts'

const WORD = 2 ** 31

/**
 * Compact values behind each other, for rows that hold many of something: whole numbers by seven bits a byte, lowest
 * first; hashes as 32 bytes; byte strings behind their length. What reads them knows what was written.
 */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(4 * KIB)
  private end = 0

  get length(): number {
    return this.end
  }

  /** 0..2^53 − 1. */
  number(value: number): void {
    this.need(8)
    const { buffer } = this
    let { end } = this
    let large = value
    for (; large >= WORD; large = Math.floor(large / 0x80)) buffer[end++] = (large % 0x80) | 0x80
    // Most numbers are small: whole words are several times faster.
    let rest = large | 0
    for (; rest >= 0x80; rest >>= 7) buffer[end++] = (rest & 0x7f) | 0x80
    buffer[end++] = rest
    this.end = end
  }

  /** 0..2^64 − 1. */
  fuel(value: bigint): void {
    this.number(Number(value >> 32n))
    this.number(Number(value & 0xffff_ffffn))
  }

  hex32(text: Hex32): void {
    this.need(32)
    this.end += this.buffer.write(text, this.end, 32, 'hex')
  }

  bytes(value: Uint8Array): void {
    this.number(value.byteLength)
    this.need(value.byteLength)
    this.buffer.set(value, this.end)
    this.end += value.byteLength
  }

  /** What was written so far; good until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.end)
  }
  /** The same, for good. */
  copy(): Buffer {
    return Buffer.from(this.view())
  }

  reset(): void {
    this.end = 0
  }

  private need(bytes: number): void {
    if (this.end + bytes <= this.buffer.byteLength) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.buffer.byteLength, this.end + bytes))
    larger.set(this.view())
    this.buffer = larger
  }
}

/** Reads what {@link ByteWriter} wrote. Throws a RangeError beyond the end. */
export class ByteReader {
  private readonly buffer: Buffer
  private at = 0

  constructor(buffer: Buffer) {
    this.buffer = buffer
  }

  get atEnd(): boolean {
    return this.at >= this.buffer.byteLength
  }

  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.buffer.readUInt8(this.at++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  fuel(): bigint {
    const high = BigInt(this.number())
    return (high << 32n) | BigInt(this.number())
  }

  hex32<K extends Hex32>(): K {
    return this.take(32).toString('hex') as K
  }

  /** A copy: the row it came from may be large. */
  bytes(): Uint8Array {
    return new Uint8Array(this.take(this.number()))
  }

  private take(length: number): Buffer {
    const end = this.at + length
    if (end > this.buffer.byteLength) throw new RangeError('the bytes end too early')
    const taken = this.buffer.subarray(this.at, end)
    this.at = end
    return taken
  }
}
