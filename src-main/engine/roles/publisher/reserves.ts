import { PowerswarmError } from '../../../domain/errors.ts'
import type { Endings } from '../../../domain/endings.ts'
import type { Batch, ProjectRecord, Reserve } from '../../../domain/project.ts'
import { RESERVE_QUORUM_MIN } from '../../../domain/reserve.ts'
import type { BatchPlan, PublisherStore } from '../../ports.ts'

/** The plan's part for a batch of which so many units are kept. Throws `bad-argument`. */
export function reservePlan(
  reserve: number | undefined,
  batch: Pick<Batch, 'count' | 'quorum'>,
  hasInputs: boolean,
): Pick<BatchPlan, 'reserve'> {
  if (reserve === undefined || reserve === 0) return {}
  if (hasInputs)
    throw new PowerswarmError(
      'bad-argument',
      'A batch with inputs has no reserve: nobody could pass the inputs on that nobody was handed',
    )
  if (batch.quorum < RESERVE_QUORUM_MIN)
    throw new PowerswarmError(
      'bad-argument',
      'A batch with quorum 1 has no reserve: what a donor took by itself counts with a second result only',
    )
  if (reserve >= batch.count) throw new PowerswarmError('bad-argument', 'A reserve is smaller than its batch')
  return { reserve: { units: reserve, isReleased: false } }
}

/** What the project core does not say yet of reserves. */
export function missingReserves(
  store: Pick<PublisherStore, 'plans'>,
  published: readonly ProjectRecord[],
  endings: Endings,
): Reserve[] {
  const known = new Map<number, number>()
  for (const record of published) if (record.type === 'reserve') known.set(record.batch, record.count)
  return store.plans().flatMap(({ reserve }, batch): Reserve[] => {
    const count = reserve === undefined || reserve.isReleased ? 0 : reserve.units
    const isNews = count !== (known.get(batch) ?? 0) && !endings.hasBatch(batch)
    return isNews ? [{ type: 'reserve', batch, count }] : []
  })
}
