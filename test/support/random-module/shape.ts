import {
  BULK_BYTE_SHIFT,
  GROW_PAGE_SHIFT,
  TABLE_ELEMENT_SHIFT,
} from '../../../src-main/toolchain/cost-table.ts'
import { TABLE_ELEMENTS_MAX } from '../../../src-main/toolchain/policy.ts'
import { F32, F64, I32, I64, signed, V128, type TestType } from '../wasm-builder.ts'
import type { Choice } from './choice.ts'
import type { Code } from './code.ts'

export const TYPES = [I32, I32, I32, I64, I64, F32, F64, V128] as const

export interface Signature {
  readonly params: readonly number[]
  readonly results: readonly number[]
}

export const MEMORY_PAGES_MAX = 4
const NO_LIMIT = -1

/** What the functions of a random module share. */
export class ModuleShape {
  readonly functions: readonly Signature[]
  /** Types of the globals that code may use, and where they begin. */
  readonly globals: readonly number[] = [I32, I64, F32, F64, V128]
  readonly budgetGlobal = 0
  readonly firstGlobal = 1
  readonly countGlobal = 1 + this.globals.length
  /** One import comes before. */
  readonly firstFunction = 1
  /** Whether there is no recursion and nothing that checkpoints do not go with. */
  readonly isSavable: boolean
  readonly #blockTypes: Signature[] = []

  constructor(choice: Choice, isSavable = false) {
    this.isSavable = isSavable
    const types = (most: number): number[] =>
      Array.from({ length: choice.below(most + 1) }, () => choice.pick(TYPES))
    const others = Array.from({ length: 1 + choice.below(4) }, () => ({
      params: types(3),
      results: types(isSavable ? 1 : 2),
    }))
    this.functions = [{ params: [I32, I64], results: [I64] }, ...others]
  }

  /** Types of blocks that need more than one byte, in the order of their indices. */
  get extraTypes(): readonly TestType[] {
    return this.#blockTypes
  }

  /** Index of the type of a function. */
  typeOf(own: number): number {
    return this.firstFunction + own
  }

  /** The encoded type of a block. */
  blockType(params: readonly number[], results: readonly number[]): number[] {
    const [only] = results
    if (params.length === 0 && results.length === 0) return [0x40]
    if (params.length === 0 && results.length === 1 && only !== undefined) return [only]
    let at = this.#blockTypes.findIndex(
      (type) => type.params.join() === params.join() && type.results.join() === results.join(),
    )
    if (at < 0) at = this.#blockTypes.push({ params, results }) - 1
    // The functions' types come before, and that of _start.
    return signed(this.firstFunction + this.functions.length + 1 + at)
  }

  countBytes(code: Code): void {
    code.countLength(BULK_BYTE_SHIFT, NO_LIMIT)
  }

  countElements(code: Code): void {
    code.countLength(TABLE_ELEMENT_SHIFT, TABLE_ELEMENTS_MAX)
  }

  countPages(code: Code): void {
    // Larger requests fail on every machine and pay nothing; those that could succeed at first are small.
    code.countPages(GROW_PAGE_SHIFT, MEMORY_PAGES_MAX)
  }
}
