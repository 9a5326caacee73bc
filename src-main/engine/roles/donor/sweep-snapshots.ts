import { unitText, type ProjectKey, type UnitId } from '../../../domain/ids.ts'
import type { DonorComponents } from './components.ts'

/** Drops snapshots of units whose lease is gone or has run out while no engine ran. */
export function sweepSnapshots({
  store,
  snapshots,
  clock,
}: Pick<DonorComponents, 'store' | 'snapshots' | 'clock'>): void {
  const keyOf = (projectKey: ProjectKey, unit: UnitId): string => `${projectKey} ${unitText(unit)}`
  const leased = new Set(
    store
      .projects()
      .flatMap(({ projectKey }) => store.leases(projectKey))
      .filter(({ expiresAt }) => expiresAt > clock.now())
      .map(({ projectKey, unit }) => keyOf(projectKey, unit)),
  )
  snapshots.sweep((projectKey, unit) => leased.has(keyOf(projectKey, unit)))
}
