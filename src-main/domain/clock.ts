import type { UnixMs } from './units.ts'

/** Wall time for expiry and history; it may jump. Monotonic time for durations; it may not. */
export interface Clock {
  now(): UnixMs
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number
}
