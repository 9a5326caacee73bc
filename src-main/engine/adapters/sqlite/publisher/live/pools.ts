import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import type { CopyRow } from '../../../../ports.ts'
import { SortedPool } from './sorted-pool.ts'
import { hasVotes, isSelfAssigned, isWaiting, type UnitState } from './unit-entry.ts'

/**
 * All units that wait for another copy and all copies that donors hold, as numbers only and whether their units are in
 * memory or not.
 */
export interface Pools {
  /** Units that want another copy, by lottery number, and of those the ones with a vote. */
  readonly waiting: SortedPool
  readonly voted: SortedPool
  /** Of the units that wait, those that a donor took from the reserve and nobody else has answered. */
  readonly selfAssigned: SortedPool
  /** Units on which results differ, all under the same number. */
  readonly disputed: SortedPool
  moved(unit: UnitId, before: UnitState, after: UnitState): void
  /** Units with a copy that ran out by `now`, oldest first, once for each such copy. */
  overdue(now: number, limit: number): readonly UnitId[]
  /** Units that this donor took from the reserve by itself and whose results of it are undecided. */
  selfAssignedOf(donorKey: DonorKey): readonly UnitId[]
  /** Units leased to this donor, in the order in which they were. */
  heldBy(donorKey: DonorKey): readonly UnitId[]
}

export function pools(): Pools {
  const waiting = new SortedPool()
  const voted = new SortedPool()
  const disputed = new SortedPool()
  const byExpiry = new SortedPool()
  const byDonor = new Map<DonorKey, UnitId[]>()
  const selfAssigned = new SortedPool()
  const selfAssignedBy = new Map<DonorKey, UnitId[]>()

  const lease = (unit: UnitId, { donorKey, expiresAt }: CopyRow): void => {
    byExpiry.add(expiresAt, unit)
    addTo(byDonor, donorKey, unit)
  }
  const release = (unit: UnitId, { donorKey, expiresAt }: CopyRow): void => {
    byExpiry.remove(expiresAt, unit)
    removeFrom(byDonor, donorKey, unit)
  }
  const follow = (
    pool: SortedPool,
    unit: UnitId,
    before: UnitState,
    after: UnitState,
    isIn: (state: UnitState) => boolean,
  ): void => {
    const was = isIn(before)
    const is = isIn(after)
    if (was === is && before.lottery === after.lottery) return
    if (was) pool.remove(before.lottery, unit)
    if (is) pool.add(after.lottery, unit)
  }
  return {
    waiting,
    voted,
    disputed,
    selfAssigned,
    moved(unit, before, after) {
      follow(waiting, unit, before, after, isWaiting)
      follow(voted, unit, before, after, isVoted)
      follow(selfAssigned, unit, before, after, isOpenSelfAssigned)
      if (before.disputants !== after.disputants) {
        if (!after.disputants) disputed.remove(0, unit)
        else if (!before.disputants) disputed.add(0, unit)
      }
      if (before.copies === after.copies) return
      for (const copy of before.copies) {
        if (after.copies.includes(copy)) continue
        if (copy.standing === 'leased') release(unit, copy)
        if (isUndecidedOwn(copy)) removeFrom(selfAssignedBy, copy.donorKey, unit)
      }
      for (const copy of after.copies) {
        if (before.copies.includes(copy)) continue
        if (copy.standing === 'leased') lease(unit, copy)
        if (isUndecidedOwn(copy)) addTo(selfAssignedBy, copy.donorKey, unit)
      }
    },
    overdue(now, limit) {
      const found: UnitId[] = []
      byExpiry.visit(0, (expiresAt, unit) => {
        if (expiresAt > now || found.length >= limit) return false
        found.push(unit)
        return true
      })
      return found
    },
    selfAssignedOf: (donorKey) => selfAssignedBy.get(donorKey) ?? [],
    heldBy: (donorKey) => byDonor.get(donorKey) ?? [],
  }
}

function isUndecidedOwn({ selfAssigned, standing }: CopyRow): boolean {
  return selfAssigned === true && standing === 'pending'
}

function addTo(lists: Map<DonorKey, UnitId[]>, donorKey: DonorKey, unit: UnitId): void {
  const list = lists.get(donorKey)
  if (list) list.push(unit)
  else lists.set(donorKey, [unit])
}

function removeFrom(lists: Map<DonorKey, UnitId[]>, donorKey: DonorKey, { batch, index }: UnitId): void {
  const list = lists.get(donorKey) ?? []
  // Most answers come in the order of the leases, so it stands near the front.
  const place = list.findIndex((unit) => unit.index === index && unit.batch === batch)
  if (place !== -1) list.splice(place, 1)
  if (list.length === 0) lists.delete(donorKey)
}

function isVoted(state: UnitState): boolean {
  return isWaiting(state) && hasVotes(state)
}

function isOpenSelfAssigned(state: UnitState): boolean {
  return isWaiting(state) && isSelfAssigned(state)
}
