import type { Hex32 } from '../../../../domain/ids.ts'

/** Which blocks of which cores are on disk, the one used longest ago first. */
export class BlockCache {
  readonly #max: number
  readonly #drop: (key: Hex32, block: number) => void
  readonly #used = new Map<string, { readonly key: Hex32; readonly block: number }>()

  /** `drop` is called for blocks beyond `max`. */
  constructor(max: number, drop: (key: Hex32, block: number) => void) {
    this.#max = max
    this.#drop = drop
  }

  use(key: Hex32, block: number): void {
    const name = `${key} ${String(block)}`
    this.#used.delete(name)
    this.#used.set(name, { key, block })
    for (const [oldest, place] of this.#used) {
      if (this.#used.size <= this.#max) return
      this.#used.delete(oldest)
      this.#drop(place.key, place.block)
    }
  }

  forget(key: Hex32): void {
    for (const [name, place] of this.#used) if (place.key === key) this.#used.delete(name)
  }
}
