import { LIMITS } from './limits.ts'
import type { Batch } from './project.ts'
import type { Hex32, UnitId } from './ids.ts'
import type { WorkUnit } from './work-unit.ts'

/**
 * The reserve: the last units of a batch, which no donor is handed while the batch has others. A donor that has nothing
 * left to do and no way to the publisher takes units from it by itself, at random.
 *
 * By choosing his units a forger could pair with an accomplice. So a self-assigned result counts
 * - only when the publisher was away, and is back for less than a minute
 * - only on a unit that nobody was handed before: who answers second is the publisher's choice;
 * - once for each unit, and never without a result that the publisher asked for (`judge`);
 * - only from donors with proven results, and proves nothing about them itself.
 */

/** Smaller batches are handed out whole: they are over before anybody runs out of work. */
const RESERVE_BATCH_UNITS_MIN = 64
/** Large enough for many donors to draw from it seldom twice, small enough for the order of batches not to change. */
const RESERVE_SHARE = 16

/** A unit that a donor chose needs a second result; one donor alone could never end a batch that has others at quorum 1. */
export const RESERVE_QUORUM_MIN = 2

/**
 * Units of a batch that are kept unless its publisher says otherwise. Without a reserve donors stand still when the
 * publisher does. The units are computed as often as others, only later; but in a batch that trusts donors each that was
 * taken by itself costs one execution more, because it is checked.
 */
export function defaultReserve(units: number, quorum: number): number {
  if (units < RESERVE_BATCH_UNITS_MIN || quorum < RESERVE_QUORUM_MIN) return 0
  return Math.floor(units / RESERVE_SHARE)
}

/** Index of the first unit of a batch's reserve of so many units. */
export function reserveStart({ count }: Pick<Batch, 'count'>, reserve: number): number {
  return Math.max(0, count - reserve)
}

/**
 * Undecided self-assigned results that a donor may have: as many as it has proven since its last error. A new key, which
 * costs nothing, gets none, and an error takes them away.
 */
export function selfAssignedMax(proven: number): number {
  return Math.min(proven, LIMITS.selfAssignedUnits)
}

/** Hexadecimal digits of a lot: 48 bits, exact as a number. */
const LOT_DIGITS = 12

/**
 * Whether a donor goes before others with a unit that somebody took from the reserve by himself. `hash`: of a secret of the
 * publisher, the unit and the donor, so that asking again draws no other lot. Of so many donors about one is drawn.
 */
export function isLotDrawn(hash: Hex32, donors: number): boolean {
  const lot = Number.parseInt(hash.slice(0, LOT_DIGITS), 16) / 16 ** LOT_DIGITS
  return lot < 1 / Math.max(2, donors)
}

/** A result of a unit that its donor was not handed. */
export interface SelfAssignment {
  readonly unit: UnitId
  readonly batch: Pick<Batch, 'count' | 'quorum'>
  /** The publisher is just back: see publisher-return.ts. */
  readonly isJustBack: boolean
  /** The publisher knows the unit's answer without any donor. */
  readonly isKnown: boolean
  /** Units that were ever kept from live leasing in this batch; they may be released by now. */
  readonly reserve: number
  readonly work: WorkUnit
  /** Undecided self-assigned results of its donor. */
  readonly undecided: number
  /** Results of its donor that were proven since its last error. */
  readonly proven: number
}

/**
 * What becomes of it.
 * - `vote`: it is the unit's first one
 * - `check`: it says something about its donor only. To refuse it would tell which answers are known
 * - `refused`: nothing of it is kept
 */
export function judgeSelfAssignment(own: SelfAssignment): 'vote' | 'check' | 'refused' {
  const { unit, batch, isJustBack, isKnown, reserve, work, undecided, proven } = own
  const isInReserve = unit.index < batch.count && unit.index >= reserveStart(batch, reserve)
  if (!isJustBack || !isInReserve || batch.quorum < RESERVE_QUORUM_MIN) return 'refused'
  if (undecided >= selfAssignedMax(proven)) return 'refused'
  if (isKnown) return 'check'
  return work.state === 'unsent' ? 'vote' : 'refused'
}
