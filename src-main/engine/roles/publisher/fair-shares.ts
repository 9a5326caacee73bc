import { copiesWithin } from '../../../domain/lease.ts'
import type { DonorKey } from '../../../domain/ids.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'

/** What is left changes by little in this time, and a lease is to cost no sum over all batches. */
const SUM_EVERY_MS = 100

/** Sees to it that donors, who lease hours ahead, leave work for each other. */
export class FairShares {
  private readonly parts: Pick<PublisherComponents, 'store' | 'clock'>
  private readonly catalogue: Catalogue
  private summed: { readonly at: number; readonly copies: number } | undefined

  constructor(parts: Pick<PublisherComponents, 'store' | 'clock'>, catalogue: Catalogue) {
    this.parts = parts
    this.catalogue = catalogue
  }

  /** How many units more this donor may hold now; `donors`: how many are connected. */
  room(donorKey: DonorKey, donors: number): number {
    const at = this.parts.clock.monotonicMs()
    if (this.summed === undefined || at - this.summed.at >= SUM_EVERY_MS)
      this.summed = { at, copies: this.copiesLeft() }
    return Math.max(0, copiesWithin(this.summed.copies, donors) - this.parts.store.donor(donorKey).leased)
  }

  private copiesLeft(): number {
    let copies = 0
    for (const { batch, verified, inconclusive, suspended } of this.parts.store.counts()) {
      const { count = 0, quorum = 1 } = this.catalogue.batch(batch) ?? {}
      copies += Math.max(0, count - verified - inconclusive - suspended) * quorum
    }
    return copies
  }
}
