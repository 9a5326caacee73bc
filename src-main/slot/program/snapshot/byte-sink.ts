const ENCODER = new TextEncoder()

/** A growing byte buffer; numbers are little-endian. */
export class ByteSink {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  u32(value: number): this {
    const at = this.#extend(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  /** 0..2^64-1. */
  u64(value: bigint): this {
    const at = this.#extend(8)
    this.#view.setBigUint64(at, value, true)
    return this
  }

  f64(value: number): this {
    const at = this.#extend(8)
    this.#view.setFloat64(at, value, true)
    return this
  }

  raw(bytes: Uint8Array): this {
    const at = this.#extend(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  /** Preceded by their length. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes)
  }

  text(text: string): this {
    return this.bytes(ENCODER.encode(text))
  }

  list<T>(items: readonly T[], one: (item: T) => void): this {
    this.u32(items.length)
    for (const item of items) one(item)
    return this
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  /** Room for `count` bytes; returns where. */
  #extend(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}
