import type { ProjectKey, UnitId } from '../../../domain/ids.ts'
import { unitText } from '../../../domain/ids.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { DonorStore, SnapshotStore, StoredLease } from '../../ports.ts'

/**
 * The leased units of one project that wait for a slot: an order in memory over the rows on disk.
 * A unit taken out stays leased on disk until its result is saved, so a crash only computes it again.
 */
export class UnitQueue {
  private readonly store: DonorStore
  private readonly snapshots: Pick<SnapshotStore, 'drop'>
  private readonly projectKey: ProjectKey
  private waiting: StoredLease[] = []
  private readonly taken = new Set<string>()

  constructor(store: DonorStore, snapshots: Pick<SnapshotStore, 'drop'>, projectKey: ProjectKey) {
    this.store = store
    this.snapshots = snapshots
    this.projectKey = projectKey
    this.waiting = [...store.leases(projectKey)]
  }

  get length(): number {
    return this.waiting.length
  }

  /** Units that wait, the one leased first in front. */
  ahead(limit: number): readonly UnitId[] {
    return this.waiting.slice(0, limit).map(({ unit }) => unit)
  }

  /** Saves a lease answer and returns how many units are new. Those already here or already computed are ignored. */
  add(units: readonly UnitId[], expiresAt: UnixMs): number {
    const before = this.waiting.length
    this.store.addLeases(units.map((unit) => ({ projectKey: this.projectKey, unit, expiresAt })))
    this.waiting = this.store.leases(this.projectKey).filter((lease) => !this.taken.has(unitText(lease.unit)))
    return this.waiting.length - before
  }

  /** The unit that was leased first among those `fits` accepts, or undefined. Expired leases are dropped. */
  take(now: UnixMs, fits: (unit: UnitId) => boolean): UnitId | undefined {
    for (const lease of this.waiting.filter((waiting) => waiting.expiresAt <= now)) this.drop(lease.unit)
    const at = this.waiting.findIndex((lease) => fits(lease.unit))
    const [lease] = at < 0 ? [] : this.waiting.splice(at, 1)
    if (lease) this.taken.add(unitText(lease.unit))
    return lease?.unit
  }

  /** Puts a unit whose slot died back to the front. */
  putBack(unit: UnitId): void {
    this.taken.delete(unitText(unit))
    const lease = this.store.leases(this.projectKey).find((row) => unitText(row.unit) === unitText(unit))
    if (lease) this.waiting.unshift(lease)
  }

  /** The unit's result is saved (which ended the lease on disk). */
  done(unit: UnitId): void {
    this.taken.delete(unitText(unit))
  }

  /** Gives up units that wait, or that a slot had, and that nobody wants any more. */
  dropAll(isOver: (unit: UnitId) => boolean): void {
    for (const { unit } of this.store.leases(this.projectKey).filter((lease) => isOver(lease.unit))) {
      this.taken.delete(unitText(unit))
      this.drop(unit)
    }
  }

  private drop(unit: UnitId): void {
    this.waiting = this.waiting.filter((lease) => unitText(lease.unit) !== unitText(unit))
    this.store.removeLease(this.projectKey, unit)
    this.snapshots.drop(this.projectKey, unit)
  }
}
