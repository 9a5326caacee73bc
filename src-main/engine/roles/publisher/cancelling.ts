import type { Cancelled } from '../../../contracts/engine.ts'
import { unitText, type UnitId } from '../../../domain/ids.ts'
import type { WorkUnit } from '../../../domain/work-unit.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'

/** What cancelling these would do, as things stand. Units that are named twice count once; none is changed. */
export function cancelledBy(
  { store }: Pick<PublisherComponents, 'store'>,
  catalogue: Catalogue,
  what: { readonly batch?: number; readonly units?: readonly UnitId[] },
): Cancelled {
  const count = { units: 0, ended: 0, already: 0 }
  const seen = new Set<string>()
  for (const unit of what.units ?? []) {
    if (unit.batch === what.batch || seen.has(unitText(unit))) continue
    seen.add(unitText(unit))
    count[kindOf(store.unit(unit), catalogue.endings.has(unit))]++
  }
  if (what.batch !== undefined) addBatch(count, { store }, catalogue, what.batch)
  return count
}

type Counts = { -readonly [K in keyof Cancelled]: Cancelled[K] }

function kindOf({ state }: WorkUnit, isCancelled: boolean): keyof Cancelled {
  if (state === 'verified' || state === 'trusted' || state === 'released' || state === 'inconclusive')
    return 'ended'
  return isCancelled ? 'already' : 'units'
}

function addBatch(
  count: Counts,
  { store }: Pick<PublisherComponents, 'store'>,
  catalogue: Catalogue,
  batch: number,
): void {
  const { endings } = catalogue
  const units = catalogue.batch(batch)?.count ?? 0
  const row = store.counts().find((each) => each.batch === batch)
  const ended = row ? row.verified + row.released + row.trusted + row.inconclusive : 0
  let already = 0
  for (const index of endings.unitsOf(batch))
    if (kindOf(store.unit({ batch, index }), true) === 'already') already++
  if (endings.hasBatch(batch)) already = units - ended
  count.ended += ended
  count.already += already
  count.units += units - ended - already
}
