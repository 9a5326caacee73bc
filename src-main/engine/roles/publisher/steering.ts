import { PowerswarmError } from '../../../domain/errors.ts'
import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { moveUnit } from '../../../domain/work-unit.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { Leasing } from './leasing.ts'
import type { Trusting } from './trusting.ts'
import type { WriteQueue } from './write-queue.ts'

export interface SteeringInit {
  readonly parts: PublisherComponents
  readonly catalogue: Catalogue
  readonly leasing: Leasing
  readonly trusting: Trusting
  readonly writes: WriteQueue
}

/** Units that one transaction retries. */
const RETRY_UNITS = 512

/** What the publisher decides about donors and units by hand. */
export class Steering {
  private readonly init: SteeringInit

  constructor(init: SteeringInit) {
    this.init = init
  }

  /** Bans a donor until {@link unban}: it is told so at its next call. What it holds goes to others. */
  async ban(donorKey: DonorKey): Promise<void> {
    const { parts, leasing, trusting, writes } = this.init
    await writes.run(parts.store.donor(donorKey).leased + 1, () => {
      if (parts.store.isBanned(donorKey)) return
      parts.store.ban(donorKey, parts.clock.now())
      leasing.lapseAll(donorKey)
      trusting.failed(donorKey)
    })
  }

  /**
   * It begins anew like a new key, whatever others have confirmed of it meanwhile. Rejects with `not-found` when it was
   * not banned.
   */
  async unban(donorKey: DonorKey): Promise<void> {
    const { parts, trusting, writes } = this.init
    const lifted = await writes.run(1, () => {
      const wasBanned = parts.store.unban(donorKey)
      if (wasBanned) trusting.failed(donorKey)
      return wasBanned
    })
    if (!lifted) throw new PowerswarmError('not-found', `Donor ${donorKey} is not banned`)
  }

  /** Rejects with `not-found` for an unknown batch, or a unit that has not ended without a decision. */
  async retry({ batch, index }: { batch: number; index?: number | undefined }): Promise<{ units: number }> {
    const { catalogue, parts, writes } = this.init
    if (!catalogue.batch(batch)) throw new PowerswarmError('not-found', `There is no batch ${batch}`)
    const isOver =
      index === undefined ? catalogue.endings.hasBatch(batch) : catalogue.endings.has({ batch, index })
    if (isOver)
      throw new PowerswarmError(
        'bad-argument',
        index === undefined ? `Batch ${batch} is cancelled` : `Unit ${batch}.${index} is cancelled`,
      )
    if (index !== undefined) {
      const retried = await writes.run(1, () => this.retryUnits([{ batch, index }]))
      if (retried === 0)
        throw new PowerswarmError('not-found', `Unit ${batch}.${index} is neither inconclusive nor suspended`)
      return { units: retried }
    }
    let units = 0
    for (const state of ['inconclusive', 'suspended'] as const)
      for (let after = -1; ;) {
        const ended = parts.store.unitsThat(state, batch, after, RETRY_UNITS)
        const last = ended.at(-1)
        if (!last) break
        const open = ended.filter((unit) => !catalogue.endings.has(unit))
        if (open.length > 0) units += await writes.run(open.length, () => this.retryUnits(open))
        after = last.index
      }
    return { units }
  }

  private retryUnits(units: readonly UnitId[]): number {
    const { catalogue, leasing, parts } = this.init
    const { store } = parts
    let retried = 0
    for (const unit of units) {
      const work = store.unit(unit)
      const quorum = catalogue.trust(unit.batch) ? 1 : (catalogue.batch(unit.batch)?.quorum ?? 1)
      const after = moveUnit(work, { kind: 'retried', quorum })
      if (after === work) continue
      for (const donorKey of store.holders(unit)) {
        const copy = store.copy(unit, donorKey)
        if (copy?.standing === 'leased') leasing.lapse(copy)
      }
      store.saveUnit(unit, work, after, 0)
      retried += 1
    }
    return retried
  }
}
