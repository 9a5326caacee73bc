import { LIMITS } from './limits.ts'

/** What the donor knows when it decides how many units to keep at hand. */
export interface BufferNeeds {
  /** Slots that compute; 0 while paused. */
  readonly slots: number
  /** Units leased and neither running nor computed. */
  readonly queued: number
  /** Mean wall time of this project's units on one slot; undefined before the first. */
  readonly unitMs: number | undefined
}

/** A slot must never wait for the network: this much work lies ready. */
const BUFFER_MS = 60_000

/**
 * How many units to lease now; 0 when enough lie ready. Leases are asked for when the buffer is down to half, so
 * that short units cost few requests and long ones are not hoarded.
 */
export function unitsToLease(needs: BufferNeeds): number {
  if (needs.slots === 0) return 0
  const byTime =
    needs.unitMs === undefined ? 0 : Math.ceil((needs.slots * BUFFER_MS) / Math.max(1, needs.unitMs))
  const target = Math.min(LIMITS.leaseUnits, Math.max(2 * needs.slots, byTime))
  return needs.queued > target / 2 ? 0 : target - needs.queued
}

/** Exponential mean with a memory of about ten units; starts at the first sample. */
export function movingMean(mean: number | undefined, sample: number): number {
  return mean === undefined ? sample : mean + (sample - mean) / 10
}
