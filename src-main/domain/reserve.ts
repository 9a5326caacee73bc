import { LIMITS } from './limits.ts'
import type { Batch } from './project.ts'
import type { Hex32, UnitId } from './ids.ts'
import type { WorkUnit } from './work-unit.ts'

/**
 * The reserve: the last units of a batch, which no donor is handed while the batch has others. A donor that has nothing
 * left to do and no way to the publisher takes units from it by itself, at random.
 *
 * By choosing his units a forger could pair with an accomplice. So a self-assigned result counts
 * - only on a unit that nobody was handed before: who answers second is the publisher's choice;
 * - once for each unit, and never without a result that the publisher asked for (`judge`);
 * - only from donors with proven results, and proves nothing about them itself.
 */

/** Smaller batches are handed out whole: they are over before anybody runs out of work. */
const RESERVE_BATCH_UNITS_MIN = 64
/** Large enough for many donors to draw from it seldom twice, small enough for the order of batches not to change. */
const RESERVE_SHARE = 16

/**
 * Units of a batch that are kept unless its publisher says otherwise. It costs nothing: the units are computed as often
 * as others, only later, and without a reserve donors stand still when the publisher does.
 */
export function defaultReserve(units: number): number {
  return units < RESERVE_BATCH_UNITS_MIN ? 0 : Math.floor(units / RESERVE_SHARE)
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
  readonly batch: Pick<Batch, 'count'>
  /** Units that were ever kept from live leasing in this batch; they may be released by now. */
  readonly reserve: number
  readonly work: WorkUnit
  /** Undecided self-assigned results of its donor. */
  readonly undecided: number
  /** Results of its donor that were proven since its last error. */
  readonly proven: number
}

/** Whether it is taken as the unit's first vote; else it is refused, and nothing of it is kept. */
export function isTakenFromReserve({
  unit,
  batch,
  reserve,
  work,
  undecided,
  proven,
}: SelfAssignment): boolean {
  const isInReserve = unit.index < batch.count && unit.index >= reserveStart(batch, reserve)
  return isInReserve && work.state === 'unsent' && undecided < selfAssignedMax(proven)
}
