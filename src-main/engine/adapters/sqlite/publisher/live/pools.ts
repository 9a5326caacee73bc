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
  /** Undecided results of this donor on units that it took from the reserve by itself. */
  selfAssignedOf(donorKey: DonorKey): number
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
  const selfAssignedBy = new Map<DonorKey, number>()

  const lease = (unit: UnitId, { donorKey, expiresAt }: CopyRow): void => {
    byExpiry.add(expiresAt, unit)
    const held = byDonor.get(donorKey)
    if (held) held.push(unit)
    else byDonor.set(donorKey, [unit])
  }
  const release = (unit: UnitId, { donorKey, expiresAt }: CopyRow): void => {
    byExpiry.remove(expiresAt, unit)
    const held = byDonor.get(donorKey) ?? []
    // Most answers come in the order of the leases, so it stands near the front.
    const place = held.findIndex(({ batch, index }) => index === unit.index && batch === unit.batch)
    if (place !== -1) held.splice(place, 1)
    if (held.length === 0) byDonor.delete(donorKey)
  }
  const countSelfAssigned = ({ donorKey, selfAssigned: isOwn, standing }: CopyRow, change: number): void => {
    if (!isOwn || standing !== 'pending') return
    const count = (selfAssignedBy.get(donorKey) ?? 0) + change
    if (count > 0) selfAssignedBy.set(donorKey, count)
    else selfAssignedBy.delete(donorKey)
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
      for (const copy of before.copies) if (!after.copies.includes(copy)) countSelfAssigned(copy, -1)
      for (const copy of after.copies) if (!before.copies.includes(copy)) countSelfAssigned(copy, 1)
      for (const copy of before.copies)
        if (copy.standing === 'leased' && !after.copies.includes(copy)) release(unit, copy)
      for (const copy of after.copies)
        if (copy.standing === 'leased' && !before.copies.includes(copy)) lease(unit, copy)
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
    selfAssignedOf: (donorKey) => selfAssignedBy.get(donorKey) ?? 0,
    heldBy: (donorKey) => byDonor.get(donorKey) ?? [],
  }
}

function isVoted(state: UnitState): boolean {
  return isWaiting(state) && hasVotes(state)
}

function isOpenSelfAssigned(state: UnitState): boolean {
  return isWaiting(state) && isSelfAssigned(state)
}
