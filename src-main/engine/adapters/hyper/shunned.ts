import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'

/** Keys of peers that are not met again for a while, or at all while the process runs. New keys cost a peer nothing. */
export class Shunned {
  readonly #now: () => UnixMs
  readonly #until = new Map<string, number>()

  constructor(now: () => UnixMs) {
    this.#now = now
  }

  /** `key` — in hexadecimal. `forMs` may be infinite; the longer of two terms holds. */
  add(key: string, forMs: number): void {
    const until = Math.max(this.#until.get(key) ?? 0, this.#now() + forMs)
    this.#until.delete(key)
    this.#until.set(key, until)
    if (this.#until.size <= LIMITS.shunnedPeers) return
    const [oldest] = this.#until.keys()
    if (oldest !== undefined) this.#until.delete(oldest)
  }

  has(key: string): boolean {
    const until = this.#until.get(key)
    if (until === undefined) return false
    if (until > this.#now()) return true
    this.#until.delete(key)
    return false
  }
}
