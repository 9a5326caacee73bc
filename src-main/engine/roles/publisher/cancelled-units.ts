import type { Endings } from '../../../domain/endings.ts'
import type { PublisherStore } from '../../ports.ts'

/** Cancelled units of a batch by what the store still calls them. */
export interface CancelledCounts {
  readonly unsent: number
  readonly suspended: number
}

const NONE: CancelledCounts = { unsent: 0, suspended: 0 }

/**
 * Counts units that were cancelled by themselves, for every status: each is looked at until it has ended, then never
 * again. Units that donors hold are still leased; they follow when their results or their leases end.
 */
export class CancelledUnits {
  private readonly store: Pick<PublisherStore, 'unit'>
  private endings: Endings | undefined
  private readonly batches = new Map<number, { open: readonly number[]; suspended: number }>()

  constructor(store: Pick<PublisherStore, 'unit'>) {
    this.store = store
  }

  of(endings: Endings, batch: number): CancelledCounts {
    if (endings !== this.endings) {
      this.endings = endings
      this.batches.clear()
    }
    const known = this.batches.get(batch) ?? { open: [...endings.unitsOf(batch)], suspended: 0 }
    if (known.open.length === 0 && known.suspended === 0) return NONE
    const open: number[] = []
    let { suspended } = known
    let unsent = 0
    for (const index of known.open) {
      const { state } = this.store.unit({ batch, index })
      if (state === 'suspended') suspended++
      else if (state === 'unsent') unsent++
      if (state === 'unsent' || state === 'leased') open.push(index)
    }
    this.batches.set(batch, { open, suspended })
    return { unsent, suspended }
  }
}
