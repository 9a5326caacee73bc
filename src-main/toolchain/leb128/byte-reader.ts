import { malformed } from '../refusals.ts'

// A byte order mark is part of a name like any other character.
const NAME_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads WebAssembly's primitive values from a window of bytes. Every failure is `module-malformed` with its offset. */
export class ByteReader {
  readonly bytes: Uint8Array
  /** Next byte to read, counted from the start of `bytes`. */
  position: number
  /** First byte that does not belong to the window. */
  readonly end: number

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = position
    this.end = end
  }

  get done(): boolean {
    return this.position >= this.end
  }

  byte(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined
    if (value === undefined) throw malformed('unexpected end', this.position)
    this.position += 1
    return value
  }

  skip(count: number): void {
    if (count > this.end - this.position) throw malformed('unexpected end', this.position)
    this.position += count
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let result = 0
    let factor = 1
    for (let count = 0; count < 5; count++) {
      const byte = this.byte()
      result += (byte & 0x7f) * factor
      if (byte < 0x80) {
        if (result > 0xffff_ffff) break
        return result
      }
      factor *= 128
    }
    throw malformed('number too long', this.position)
  }

  /** Signed LEB128 of at most 33 bits, the encoding of block types and heap types. */
  s33(): number {
    let result = 0
    let factor = 1
    for (let count = 0; count < 5; count++) {
      const byte = this.byte()
      result += (byte & 0x7f) * factor
      factor *= 128
      if (byte < 0x80) return (byte & 0x40) === 0 ? result : result - factor
    }
    throw malformed('number too long', this.position)
  }

  /** Skips a LEB128 number of at most `maxBytes` bytes: 5 for 32 bits, 10 for 64. */
  skipLeb(maxBytes: number): void {
    for (let count = 0; count < maxBytes; count++) if (this.byte() < 0x80) return
    throw malformed('number too long', this.position)
  }

  /** A name: length, then UTF-8. */
  name(): string {
    const length = this.u32()
    const start = this.position
    this.skip(length)
    try {
      return NAME_DECODER.decode(this.bytes.subarray(start, this.position))
    } catch {
      throw malformed('name is not UTF-8', start)
    }
  }

  /** A reader over the next `length` bytes, which this reader skips. */
  window(length: number): ByteReader {
    const start = this.position
    this.skip(length)
    return new ByteReader(this.bytes, start, this.position)
  }
}
