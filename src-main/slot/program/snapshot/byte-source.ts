import { unusable } from './unusable.ts'

const DECODER = new TextDecoder('utf-8', { fatal: true })

/** Reads what a `ByteSink` wrote. Everything that does not fit is `snapshot-unusable`. */
export class ByteSource {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.#position
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** A whole number that JavaScript holds exactly. */
  wholeNumber(): number {
    const value = this.f64()
    if (!Number.isSafeInteger(value) || value < 0) throw unusable('a number out of range')
    return value
  }

  /** Shared with the source. */
  raw(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  bytes(): Uint8Array {
    return this.raw(this.u32())
  }

  text(): string {
    const bytes = this.bytes()
    try {
      return DECODER.decode(bytes)
    } catch (error) {
      throw unusable('a text that is not UTF-8', error)
    }
  }

  /** Every item takes at least one byte, so a false length ends soon. */
  list<T>(one: () => T): T[] {
    const count = this.u32()
    if (count > this.left) throw unusable('a list longer than its bytes')
    return Array.from({ length: count }, one)
  }

  #take(count: number): number {
    const at = this.#position
    if (count > this.left) throw unusable('it is cut short')
    this.#position += count
    return at
  }
}
