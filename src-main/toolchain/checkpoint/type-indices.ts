import type { FunctionType } from '../wasm/module.ts'

/** Indices of function types in a module; those that it does not have are added behind its own. */
export class TypeIndices {
  readonly added: FunctionType[] = []
  readonly #own: number
  readonly #byKey = new Map<string, number>()

  constructor(own: readonly FunctionType[]) {
    this.#own = own.length
    for (const [index, type] of own.entries()) {
      const key = keyOf(type)
      if (!this.#byKey.has(key)) this.#byKey.set(key, index)
    }
  }

  of(type: FunctionType | undefined): number {
    if (type === undefined) throw new RangeError('there is no such type')
    const key = keyOf(type)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const index = this.#own + this.added.length
    this.added.push(type)
    this.#byKey.set(key, index)
    return index
  }
}

function keyOf({ params, results }: FunctionType): string {
  return `${params.join()}/${results.join()}`
}
