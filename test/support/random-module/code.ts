import { INSTRUCTION_COSTS } from '../../../src-main/toolchain/cost-table.ts'
import { signed, unsigned } from '../wasm-builder.ts'

/** Where a counting module keeps what its instructions have cost, and a place to look at an operand. */
export interface Counting {
  readonly global: number
  /** An i32 local. */
  readonly scratch: number
}

/**
 * Instructions of a function. Where it counts, each instruction first adds its cost to a global: a meter so simple
 * that it can stand as the truth about what was executed.
 */
export class Code {
  readonly bytes: number[] = []
  readonly #counting: Counting | undefined

  constructor(counting: Counting | undefined) {
    this.#counting = counting
  }

  get counts(): boolean {
    return this.#counting !== undefined
  }

  /** An instruction by its code: see `codeOf` of the toolchain. */
  emit(code: number, ...immediates: number[]): this {
    this.#count(INSTRUCTION_COSTS[code] ?? 0)
    if (code >= 0x200) this.bytes.push(0xfd, ...unsigned(code - 0x200))
    else if (code >= 0x100) this.bytes.push(0xfc, code - 0x100)
    else this.bytes.push(code)
    for (const byte of immediates) this.bytes.push(byte)
    return this
  }

  i32(value: number): this {
    return this.emit(0x41, ...signed(value))
  }

  i64(value: bigint): this {
    return this.emit(0x42, ...signed(value))
  }

  /** What the entry of a function costs. */
  enter(cost: number): void {
    this.#count(cost)
  }

  /** Counts 2^shift for each unit of the length on top of the stack, which stays, if it is at most `max`. */
  countLength(shift: number, max: number): void {
    if (this.#counting === undefined) return
    const { scratch, global } = this.#counting
    this.bytes.push(0x22, ...unsigned(scratch), ...[0x20, ...unsigned(scratch)], 0x41, ...signed(max), 0x4d)
    this.bytes.push(0x04, 0x40, 0x23, ...unsigned(global), 0x20, ...unsigned(scratch), 0xad)
    this.bytes.push(0x42, ...signed(shift), 0x86, 0x7c, 0x24, ...unsigned(global), 0x0b)
  }

  /** The same for pages by which the memory, of at most `max` pages, is to grow: beyond that nothing is paid. */
  countPages(shift: number, max: number): void {
    if (this.#counting === undefined) return
    const { scratch, global } = this.#counting
    this.bytes.push(0x22, ...unsigned(scratch), ...[0x20, ...unsigned(scratch)], 0x3f, 0, 0x6a)
    this.bytes.push(0x41, ...signed(max), 0x4d, 0x04, 0x40, 0x23, ...unsigned(global))
    this.bytes.push(0x20, ...unsigned(scratch), 0xad, 0x42, ...signed(shift), 0x86, 0x7c)
    this.bytes.push(0x24, ...unsigned(global), 0x0b)
  }

  #count(cost: number): void {
    if (this.#counting === undefined || cost === 0) return
    const global = unsigned(this.#counting.global)
    this.bytes.push(0x23, ...global, 0x42, ...signed(cost), 0x7c, 0x24, ...global)
  }
}
