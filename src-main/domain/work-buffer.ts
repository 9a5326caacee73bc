import { LIMITS } from './limits.ts'
import type { UnixMs } from './units.ts'

/** What the donor knows when it decides how many units to keep at hand. */
export interface BufferNeeds {
  /** Slots that compute; 0 while paused. */
  readonly slots: number
  /** Units leased and neither running nor computed. */
  readonly queued: number
  /** Wall time that a unit of this project takes on one slot, as far as is known; undefined before the first. */
  readonly unitMs: number | undefined
  /** How long the slots are to go on without the publisher. */
  readonly bufferMs: number
}

/** A slot must never wait for the network: this much work lies ready whatever the donor wants. */
const BUFFER_MS_MIN = 60_000

/**
 * How many units to lease with the next request; 0 when enough lie ready. Until a unit was computed two for each slot.
 * Leases are asked for when a quarter of the buffer or a full lease is missing, so that short units cost few requests.
 */
export function unitsToLease(needs: BufferNeeds): number {
  const { slots, queued, unitMs } = needs
  if (slots === 0) return 0
  const bufferMs = Math.max(needs.bufferMs, BUFFER_MS_MIN)
  const byTime = unitMs === undefined ? 0 : Math.ceil((slots * bufferMs) / Math.max(1, unitMs))
  const target = Math.min(LIMITS.bufferUnits, Math.max(2 * slots, byTime))
  const missing = target - queued
  const worthAsking = Math.min(LIMITS.leaseUnits, Math.ceil(target / 4))
  return missing < worthAsking ? 0 : Math.min(missing, LIMITS.leaseUnits)
}

/** Work buffer that a donor may have: a lease runs long enough to wait as long and be computed as long again. */
export function bufferMs(workBufferHours: number): number {
  return Math.min(workBufferHours * 3_600_000, LIMITS.leaseMs / 2)
}

/** A leased unit that waits for a slot, and how long a slot will need for it. */
export interface WaitingUnit {
  readonly expiresAt: UnixMs
  readonly unitMs: number
}

/**
 * The units that these slots cannot end before their leases run out, though they computed from `now` on, one after the
 * other in this order. Somebody else should have them.
 */
export function unitsTooLate<T extends WaitingUnit>(waiting: readonly T[], slots: number, now: UnixMs): T[] {
  let aheadMs = 0
  return waiting.filter(({ expiresAt, unitMs }) => {
    const isLate = now + aheadMs / slots + unitMs > expiresAt
    if (!isLate) aheadMs += unitMs
    return isLate
  })
}

/** Exponential mean with a memory of about ten units; starts at the first sample. */
export function movingMean(mean: number | undefined, sample: number): number {
  return mean === undefined ? sample : mean + (sample - mean) / 10
}
