/** Room beyond what is needed: doubling saves copies, but not at any price. */
const MAX_SLACK_BYTES = 4 * 1024 * 1024

/** The bytes of a regular file, growing by doubling. Whoever calls checks limits first. */
export class FileContent {
  #buffer: Uint8Array
  #size: number

  /** Takes `bytes` over without a copy: they must not change elsewhere as long as anything is written here. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#buffer = bytes
    this.#size = bytes.length
  }

  get size(): number {
    return this.#size
  }

  /** Up to `length` bytes from `at`, fewer at the end of the file; shared, valid until the next change. */
  view(at: number, length: number): Uint8Array {
    const start = Math.min(at, this.#size)
    return this.#buffer.subarray(start, Math.min(this.#size, start + length))
  }

  /** A copy of all bytes. */
  copy(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view(0, this.#size))
  }

  /** `at + bytes.length` must not exceed the size. */
  write(at: number, bytes: Uint8Array): void {
    this.#buffer.set(bytes, at)
  }

  /** New bytes are 0. */
  resize(size: number): void {
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(size, Math.min(2 * this.#buffer.length, size + MAX_SLACK_BYTES)))
      larger.set(this.view(0, this.#size))
      this.#buffer = larger
    } else if (size === 0) this.#buffer = new Uint8Array(0)
    else if (size < this.#size) this.#buffer.fill(0, size, this.#size)
    this.#size = size
  }
}
