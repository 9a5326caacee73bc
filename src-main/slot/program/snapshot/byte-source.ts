import { unusable } from './unusable.ts'

/** Keeps a byte order mark, which is a letter of a name like any other. */
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

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

  /** At most `most` bytes of UTF-8. */
  text(most: number): string {
    const bytes = this.bytes()
    if (bytes.length > most) throw unusable('a text that is too long')
    try {
      return DECODER.decode(bytes)
    } catch (error) {
      throw unusable('a text that is not UTF-8', error)
    }
  }

  /** At most `most` items: each takes more memory than bytes. */
  list<T>(most: number, one: () => T): T[] {
    const count = this.u32()
    if (count > Math.min(most, this.left)) throw unusable('a list that is too long')
    return Array.from({ length: count }, one)
  }

  #take(count: number): number {
    const at = this.#position
    if (count > this.left) throw unusable('it is cut short')
    this.#position += count
    return at
  }
}
