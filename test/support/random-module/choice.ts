/** Choices that depend on a seed alone (Marsaglia's xorshift32). */
export class Choice {
  #state: number

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike, and 0 would stay 0.
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1
    for (let round = 0; round < 4; round++) this.bits()
  }

  /** 32 bits, as a signed number. */
  bits(): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return this.#state | 0
  }

  /** 0..limit - 1 */
  below(limit: number): number {
    return (this.bits() >>> 0) % limit
  }

  chance(one: number): boolean {
    return this.below(one) === 0
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to choose from')
    return item
  }
}
