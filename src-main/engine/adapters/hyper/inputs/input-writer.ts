import { createHash } from 'node:crypto'
import {
  encodeInputEntry,
  encodeInputRow,
  INPUT_ROW_BYTES,
  type ByteRange,
} from '../../../../contracts/wire/inputs.ts'
import { PowerswarmError } from '../../../../domain/errors.ts'
import { LIMITS } from '../../../../domain/limits.ts'
import type { UnitInputs } from '../../../../domain/unit-inputs.ts'

/** Contents that are recognised when they come again: some 20 MB of memory. */
const REMEMBERED = 100_000
/** Blocks that are appended at a time. */
const BLOCKS_AT_ONCE = 16
const BLOCK = LIMITS.inputBlockBytes
const EMPTY: ByteRange = { offset: 0, length: 0 }

/** Turns units into the stream of their inputs, block by block; see contracts/wire/inputs.ts. */
export class InputWriter {
  readonly #append: (blocks: readonly Uint8Array[]) => Promise<unknown>
  readonly #known = new Map<string, ByteRange>()
  #blocks: Uint8Array[] = []
  #block = new Uint8Array(BLOCK)
  #filled = 0
  #length = 0
  #table = new Uint8Array(1024 * INPUT_ROW_BYTES)
  #units = 0

  /** `append`: takes over the blocks; all but the last have `LIMITS.inputBlockBytes`. */
  constructor(append: (blocks: readonly Uint8Array[]) => Promise<unknown>) {
    this.#append = append
  }

  get units(): number {
    return this.#units
  }

  /** Bytes of no unit, such as the salt. */
  async raw(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes)
  }

  /** Throws `bad-argument` for inputs that no unit may have, and beyond the units or bytes that a batch may. */
  async add({ name, args, stdin, files }: UnitInputs): Promise<void> {
    if (this.#units >= LIMITS.inputUnits)
      throw tooMuch(`A batch with inputs has at most ${String(LIMITS.inputUnits)} units`)
    const stdinRange = await this.#content(stdin)
    const ranges: { readonly path: string; readonly range: ByteRange }[] = []
    for (const { path, bytes } of files) ranges.push({ path, range: await this.#content(bytes) })
    const range = await this.#write(encodeInputEntry({ name, args, stdin: stdinRange, files: ranges }))
    this.#row(encodeInputRow(range))
  }

  /** Writes the table; nothing can be added afterwards. */
  async finish(): Promise<{ readonly byteLength: number; readonly units: number }> {
    await this.#write(this.#table.subarray(0, this.#units * INPUT_ROW_BYTES))
    if (this.#filled > 0) this.#blocks.push(this.#block.slice(0, this.#filled))
    await this.#flush()
    return { byteLength: this.#length, units: this.#units }
  }

  /** Contents that are equal lie in the stream once. */
  async #content(bytes: Uint8Array): Promise<ByteRange> {
    if (bytes.byteLength === 0) return EMPTY
    const digest = createHash('sha256').update(bytes).digest('base64')
    const known = this.#known.get(digest)
    if (known) return known
    const range = await this.#write(bytes)
    if (this.#known.size < REMEMBERED) this.#known.set(digest, range)
    return range
  }

  async #write(bytes: Uint8Array): Promise<ByteRange> {
    const range = { offset: this.#length, length: bytes.byteLength }
    if (range.offset + range.length > LIMITS.inputsBytes)
      throw tooMuch(`The inputs of a batch have at most ${String(LIMITS.inputsBytes)} bytes`)
    for (let at = 0; at < bytes.byteLength;) {
      const part = bytes.subarray(at, at + BLOCK - this.#filled)
      this.#block.set(part, this.#filled)
      at += part.byteLength
      this.#filled += part.byteLength
      if (this.#filled < BLOCK) continue
      this.#blocks.push(this.#block)
      this.#block = new Uint8Array(BLOCK)
      this.#filled = 0
      if (this.#blocks.length >= BLOCKS_AT_ONCE) await this.#flush()
    }
    this.#length += bytes.byteLength
    return range
  }

  async #flush(): Promise<void> {
    const blocks = this.#blocks
    this.#blocks = []
    if (blocks.length > 0) await this.#append(blocks)
  }

  #row(row: Uint8Array): void {
    const at = this.#units * INPUT_ROW_BYTES
    if (at === this.#table.byteLength) {
      const larger = new Uint8Array(2 * at)
      larger.set(this.#table)
      this.#table = larger
    }
    this.#table.set(row, at)
    this.#units++
  }
}

function tooMuch(message: string): PowerswarmError {
  return new PowerswarmError('bad-argument', message)
}
