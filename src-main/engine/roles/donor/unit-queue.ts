import type { ProjectKey, UnitId } from '../../../domain/ids.ts'
import { unitText } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'
import { unitsTooLate } from '../../../domain/work-buffer.ts'
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
  /** No lease of those that wait runs out before this: small units leave the buffer hundreds of times a second. */
  private soonestExpiry: UnixMs

  constructor(store: DonorStore, snapshots: Pick<SnapshotStore, 'drop'>, projectKey: ProjectKey) {
    this.store = store
    this.snapshots = snapshots
    this.projectKey = projectKey
    this.waiting = [...store.leases(projectKey)]
    this.soonestExpiry = soonest(this.waiting)
  }

  get length(): number {
    return this.waiting.length
  }

  /** Units that wait, the one leased first in front. */
  ahead(limit: number): readonly UnitId[] {
    return this.waiting.slice(0, limit).map(({ unit }) => unit)
  }

  /**
   * Saves a lease answer, or units that were taken from the reserve, and returns how many are new. Those already here or
   * already computed are ignored.
   */
  add(units: readonly UnitId[], expiresAt: UnixMs, selfAssigned = false): number {
    const { projectKey } = this
    const own = selfAssigned && { selfAssigned }
    const added = this.store.addLeases(units.map((unit) => ({ projectKey, unit, expiresAt, ...own })))
    this.waiting.push(...added)
    if (added.length > 0) this.soonestExpiry = Math.min(this.soonestExpiry, expiresAt)
    return added.length
  }

  /**
   * The unit that was leased first among those `fits` accepts, or undefined. Expired leases are dropped; while the
   * publisher is `away`, and can give them to nobody else, they come last instead, for `LIMITS.lateMs`.
   */
  take(now: UnixMs, fits: (unit: UnitId) => boolean, away = false): UnitId | undefined {
    const over = away ? now - LIMITS.lateMs : now
    if (over >= this.soonestExpiry) this.dropExpired(over)
    const inTime = this.waiting.findIndex(({ unit, expiresAt }) => expiresAt > now && fits(unit))
    const at = inTime < 0 && away ? this.waiting.findIndex(({ unit }) => fits(unit)) : inTime
    const [lease] = at < 0 ? [] : this.waiting.splice(at, 1)
    if (lease) this.taken.add(unitText(lease.unit))
    return lease?.unit
  }

  /** Takes out the units that so many slots cannot end in time, `limit` at most. They then go by {@link giveUp} or back. */
  takeLate(now: UnixMs, slots: number, unitMs: (unit: UnitId) => number, limit: number): readonly UnitId[] {
    const waiting = this.waiting.map((lease) => ({ ...lease, unitMs: unitMs(lease.unit) }))
    const late = unitsTooLate(waiting, slots, now)
      .slice(0, limit)
      .map(({ unit }) => unit)
    const names = new Set(late.map(unitText))
    this.waiting = this.waiting.filter(({ unit }) => !names.has(unitText(unit)))
    for (const name of names) this.taken.add(name)
    return late
  }

  /** Ends the lease of a unit that was taken out: it is for somebody else. */
  giveUp(unit: UnitId): void {
    this.taken.delete(unitText(unit))
    this.drop(unit)
  }

  /** Puts units that were taken out back to the front. */
  putBack(...units: readonly UnitId[]): void {
    const names = new Set(units.map(unitText))
    for (const name of names) this.taken.delete(name)
    const leases = this.store.leases(this.projectKey).filter(({ unit }) => names.has(unitText(unit)))
    this.waiting.unshift(...leases)
    this.soonestExpiry = Math.min(this.soonestExpiry, soonest(leases))
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

  private dropExpired(over: UnixMs): void {
    const expired = this.waiting.filter(({ expiresAt }) => expiresAt <= over)
    this.waiting = this.waiting.filter(({ expiresAt }) => expiresAt > over)
    this.soonestExpiry = soonest(this.waiting)
    this.store.transact(() => {
      for (const { unit } of expired) this.forget(unit)
    })
  }

  private drop(unit: UnitId): void {
    this.waiting = this.waiting.filter((lease) => !isSame(lease.unit, unit))
    this.forget(unit)
  }

  private forget(unit: UnitId): void {
    this.store.removeLease(this.projectKey, unit)
    this.snapshots.drop(this.projectKey, unit)
  }
}

function soonest(leases: readonly StoredLease[]): UnixMs {
  return leases.reduce((least, { expiresAt }) => Math.min(least, expiresAt), Number.POSITIVE_INFINITY)
}

function isSame(a: UnitId, b: UnitId): boolean {
  return a.batch === b.batch && a.index === b.index
}
