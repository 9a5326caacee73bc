import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { knownAnswerChance } from '../../../domain/known-answer.ts'
import { copiesMissing, type WorkUnit } from '../../../domain/work-unit.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { Trusting } from './trusting.ts'

/** A unit that may be handed to a donor. */
export interface Drawn {
  readonly unit: UnitId
  readonly work: WorkUnit
  /** The donor had a copy of it before. */
  readonly lapsed: boolean
}

const WORDS = 2 ** 32
/** Disputed units among which some are chosen. */
const DISPUTED_UNITS = 64
/** Picks among known-answer units before a donor counts as having had them all. */
const KNOWN_TRIES = 8
/** In a batch that trusts nobody every result is checked. */
const NO_TRUST = { provenPerAdvance: Infinity }

/** Units that go to donors for the sake of checking. Belongs inside a transaction. */
export class Checks {
  private readonly parts: PublisherComponents
  private readonly catalogue: Catalogue
  private readonly trusting: Trusting

  constructor(parts: PublisherComponents, catalogue: Catalogue, trusting: Trusting) {
    this.parts = parts
    this.catalogue = catalogue
    this.trusting = trusting
  }

  /**
   * Disputed units for a donor that may settle them. Disputes are settled soon, or a forger goes on meanwhile; but
   * nobody can count on getting a certain one.
   */
  disputed(donorKey: DonorKey, limit: number): Drawn[] {
    const { store } = this.parts
    if (!this.trusting.isChecker(donorKey)) return []
    const units = store.disputed(DISPUTED_UNITS)
    const start = this.parts.randomWord() % Math.max(1, units.length)
    const drawn: Drawn[] = []
    for (const unit of [...units.slice(start), ...units.slice(0, start)]) {
      if (drawn.length >= limit) break
      const work = store.unit(unit)
      if (copiesMissing(work) > 0 && !store.copy(unit, donorKey) && this.parts.randomWord() < WORDS / 2)
        drawn.push({ unit, work, lapsed: false })
    }
    return drawn
  }

  /** Units whose answers are known, as many as the donor is due for. It cannot tell them from others. */
  known(donorKey: DonorKey, limit: number): Drawn[] {
    const trust = this.parts.store.trust(donorKey)
    const drawn: Drawn[] = []
    for (const { batch } of this.catalogue.batches) {
      const known = this.catalogue.known(batch)
      if (!known) continue
      const policy = this.catalogue.trust(batch) ?? NO_TRUST
      const chance = knownAnswerChance({ trust, policy, unused: known.size })
      const taken = new Set<number>()
      for (let i = drawn.length; i < limit; i++) {
        if (this.parts.randomWord() >= chance * WORDS) continue
        const unit = this.pickKnown(batch, [...known], donorKey, taken)
        if (unit) drawn.push({ unit, work: this.parts.store.unit(unit), lapsed: false })
      }
    }
    return drawn
  }

  private pickKnown(
    batch: number,
    known: readonly number[],
    donorKey: DonorKey,
    taken: Set<number>,
  ): UnitId | undefined {
    for (let i = 0; i < KNOWN_TRIES; i++) {
      const index = known[this.parts.randomWord() % known.length]
      if (index === undefined || taken.has(index)) continue
      const unit = { batch, index }
      if (this.parts.store.copy(unit, donorKey)) continue
      taken.add(index)
      return unit
    }
    return undefined
  }
}
