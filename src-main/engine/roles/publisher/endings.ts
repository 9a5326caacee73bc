import { Endings } from '../../../domain/endings.ts'
import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Batch, Cancellation, Closing, ProjectRecord } from '../../../domain/project.ts'
import { moveUnit, type WorkUnit } from '../../../domain/work-unit.ts'
import type { BatchPlan, PublisherStore } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { Credits } from './credits.ts'
import type { Trusting } from './trusting.ts'
import type { WriteQueue } from './write-queue.ts'

/** When the project was closed; absent while it is open. */
export const CLOSED_SETTING = 'closed-at'

/** What the project core says was taken back. */
export function endingsOf(records: readonly ProjectRecord[]): Endings {
  const endings = new Endings()
  for (const record of records) if (record.type === 'cancel' || record.type === 'close') endings.add(record)
  return endings
}

/** What is taken back in the store and not yet in the project core. */
export function missingEndings(
  store: Pick<PublisherStore, 'plans' | 'cancelledUnits' | 'setting'>,
  published: Endings,
): (Cancellation | Closing)[] {
  const closedAt = store.setting(CLOSED_SETTING)
  if (published.closed) return []
  const batches = store.plans().flatMap(({ cancelledAt }, batch): Cancellation[] => {
    const isMissing = cancelledAt !== undefined && !published.hasBatch(batch)
    return isMissing ? [{ type: 'cancel', batch, indexes: [] }] : []
  })
  const units = unitCancellations(store.cancelledUnits().filter((unit) => !published.has(unit)))
  return [...batches, ...units, ...(closedAt === undefined ? [] : [closing(Number(closedAt))])]
}

/** Batches in the order in which they are handed out: by priority, then by deadline, then as they were added. */
export function byUrgency(batches: readonly Batch[], plans: readonly BatchPlan[]): readonly Batch[] {
  const planOf = ({ batch }: Batch): BatchPlan => plans[batch] ?? { priority: 0 }
  return [...batches].sort((a, b) => {
    const [x, y] = [planOf(a), planOf(b)]
    const [from, to] = [x.deadline ?? Infinity, y.deadline ?? Infinity]
    return y.priority - x.priority || (from === to ? 0 : from - to) || a.batch - b.batch
  })
}

/** Ends units that were taken back. Every call belongs inside a transaction. */
export class UnitEndings {
  private readonly parts: Pick<PublisherComponents, 'store'>
  private readonly trusting: Trusting
  private readonly credits: Credits

  constructor(parts: Pick<PublisherComponents, 'store'>, trusting: Trusting, credits: Credits) {
    this.parts = parts
    this.trusting = trusting
    this.credits = credits
  }

  /** Votes on it count for nobody; what is decided or accepted on trust stays. */
  end(unit: UnitId, work: WorkUnit, lottery: number): void {
    const { store } = this.parts
    const after = moveUnit(work, { kind: 'cancelled' })
    if (after === work) return
    const votes = work.state === 'leased' && work.votes > 0 ? store.votes(unit) : []
    store.saveUnit(unit, work, after, lottery)
    for (const vote of votes) {
      store.saveCopy(vote, { ...vote, standing: 'uncounted' })
      this.credits.settle(vote, 'uncounted')
    }
    if (work.state === 'leased') this.trusting.decided(unit, { kind: 'inconclusive' })
  }
}

/** Units that one transaction looks at. */
const SWEEP_UNITS = 1024
/** Nobody's key: a search with it passes over no unit. */
const NOBODY = '0'.repeat(64) as DonorKey

/**
 * Ends all units that were taken back and wait for another copy, so that no search meets them and their donors are told.
 * Those that donors hold follow when their results or their leases end.
 */
export async function sweepEnded(
  { store }: Pick<PublisherComponents, 'store'>,
  unitEndings: UnitEndings,
  catalogue: Catalogue,
  writes: WriteQueue,
): Promise<void> {
  for (let from: number | undefined = 0; from !== undefined;) {
    const at: number = from
    from = await writes.run(SWEEP_UNITS, () => {
      const { found, next } = store.wanting({
        donorKey: NOBODY,
        from: at,
        scan: SWEEP_UNITS,
        limit: SWEEP_UNITS,
        votedOnly: false,
      })
      for (const { unit, work } of found) if (catalogue.endings.has(unit)) unitEndings.end(unit, work, 0)
      return next
    })
  }
}

function unitCancellations(units: readonly UnitId[]): Cancellation[] {
  const records: { readonly type: 'cancel'; readonly batch: number; readonly indexes: number[] }[] = []
  for (const { batch, index } of units) {
    const last = records.at(-1)
    if (last?.batch === batch && last.indexes.length < LIMITS.grantUnits) last.indexes.push(index)
    else records.push({ type: 'cancel', batch, indexes: [index] })
  }
  return records
}

function closing(at: number): Closing {
  return { type: 'close', at }
}
