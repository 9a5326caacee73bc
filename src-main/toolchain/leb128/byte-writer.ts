const NAME_ENCODER = new TextEncoder()

const SHORT_RUN = 48

/** A growing byte buffer with WebAssembly's primitive encodings, always the shortest form: equal input, equal bytes. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  byte(value: number): this {
    if (this.#length === this.#buffer.length) this.#reserve(1)
    this.#buffer[this.#length++] = value
    return this
  }

  raw(bytes: ArrayLike<number>): this {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** Bytes `from` to `to` of others. Runs of a few bytes, the usual case, are not worth a view. */
  copy(bytes: Uint8Array, from: number, to: number): this {
    const count = to - from
    this.#reserve(count)
    const buffer = this.#buffer
    let at = this.#length
    if (count > SHORT_RUN) buffer.set(bytes.subarray(from, to), at)
    else for (let offset = from; offset < to; offset++) buffer[at++] = bytes[offset] ?? 0
    this.#length += count
    return this
  }

  /** Starts again with nothing; the memory is kept. */
  clear(): this {
    this.#length = 0
    return this
  }

  /** Unsigned LEB128; `value` is an integer in 0..2^32-1. */
  u32(value: number): this {
    if (value < 0x80) return this.byte(value)
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.byte(rest)
  }

  /** Signed LEB128 of any safe integer (s32, s33 and the constants of i64 that the rewriter needs). */
  signed(value: number): this {
    let rest = value
    for (;;) {
      const low = ((rest % 0x80) + 0x80) % 0x80
      rest = (rest - low) / 0x80
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return this.byte(low)
      this.byte(low | 0x80)
    }
  }

  name(text: string): this {
    const bytes = NAME_ENCODER.encode(text)
    return this.u32(bytes.length).raw(bytes)
  }

  /** What another writer holds, preceded by its length: a section, a body, a subsection. */
  sized(content: ByteWriter): this {
    return this.u32(content.length).raw(content.view())
  }

  /** The bytes so far, not copied: valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return this.view().slice()
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.view())
    this.#buffer = larger
  }
}
