import { UnitEnd } from '../unit-end.ts'

/** Standard input: all of it is there from the start. */
export class InputStream {
  readonly #data: Uint8Array
  position = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  /** Bytes that {@link read} can still give. */
  get available(): number {
    return this.#data.length - this.position
  }

  /** Fills `into` as far as there are bytes; returns how many. */
  read(into: Uint8Array): number {
    const part = this.#data.subarray(this.position, this.position + into.length)
    into.set(part)
    this.position += part.length
    return part.length
  }
}

/**
 * Standard output or error. Beyond `maxBytes` an output that counts ends the unit with `output-too-large`; one that
 * does not is cut off silently.
 */
export class OutputStream {
  readonly maxBytes: number
  readonly #beyond: 'end-unit' | 'drop'
  #kept = new Uint8Array(0)
  #length = 0

  constructor(maxBytes: number, beyond: 'end-unit' | 'drop') {
    this.maxBytes = maxBytes
    this.#beyond = beyond
  }

  /** Copies `bytes`. */
  write(bytes: Uint8Array): void {
    const part = bytes.subarray(0, this.maxBytes - this.#length)
    this.#reserve(this.#length + part.length)
    this.#kept.set(part, this.#length)
    this.#length += part.length
    if (part.length < bytes.length && this.#beyond === 'end-unit')
      throw new UnitEnd('output-too-large', `standard output is limited to ${String(this.maxBytes)} bytes`)
  }

  /** A copy of what was written and kept. */
  taken(): Uint8Array<ArrayBuffer> {
    return this.#kept.slice(0, this.#length)
  }

  /** Makes `bytes` what was written and kept. */
  restore(bytes: Uint8Array): void {
    this.#kept = new Uint8Array(bytes)
    this.#length = bytes.length
  }

  #reserve(size: number): void {
    if (size <= this.#kept.length) return
    const larger = new Uint8Array(Math.min(this.maxBytes, Math.max(size, 2 * this.#kept.length, 1024)))
    larger.set(this.#kept.subarray(0, this.#length))
    this.#kept = larger
  }
}
