import { unitText, type ProjectKey, type UnitId } from '../../../domain/ids.ts'
import type { DonorComponents } from './components.ts'

/**
 * Drops snapshots of units without a lease on disk. Whether a lease has run out is not looked at: the clock may be wrong
 * just after a start. Its end takes the snapshot with it, see `UnitQueue`.
 */
export function sweepSnapshots({ store, snapshots }: Pick<DonorComponents, 'store' | 'snapshots'>): void {
  const keyOf = (projectKey: ProjectKey, unit: UnitId): string => `${projectKey} ${unitText(unit)}`
  const leased = new Set(
    store
      .projects()
      .flatMap(({ projectKey }) => store.leases(projectKey))
      .map(({ projectKey, unit }) => keyOf(projectKey, unit)),
  )
  snapshots.sweep((projectKey, unit) => leased.has(keyOf(projectKey, unit)))
}
