import type { LoadedModule, ModuleName } from '../../contracts/slot.ts'

export interface ShelvedModule {
  readonly module: WebAssembly.Module
  readonly loaded: LoadedModule
}

/** The modules that this slot has checked, rewritten and compiled; the least recently used goes first. */
export class ModuleShelf {
  readonly #capacity: number
  readonly #byName = new Map<string, ShelvedModule>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(name: ModuleName): ShelvedModule | undefined {
    const key = keyOf(name)
    const shelved = this.#byName.get(key)
    if (shelved === undefined) return undefined
    // A Map keeps the order of insertion: the last one in is the most recently used.
    this.#byName.delete(key)
    this.#byName.set(key, shelved)
    return shelved
  }

  put(name: ModuleName, shelved: ShelvedModule): void {
    this.#byName.set(keyOf(name), shelved)
    const [oldest] = this.#byName.keys()
    if (this.#byName.size > this.#capacity && oldest !== undefined) this.#byName.delete(oldest)
  }
}

function keyOf(name: ModuleName): string {
  const { moduleHash, rewriterVersion, memoryLimitBytes, checkpoint = false } = name
  return [moduleHash, rewriterVersion, memoryLimitBytes, checkpoint].join('/')
}
