import { LIMITS } from './limits.ts'
import type { UnixMs } from './units.ts'

/** What a publisher sees of the time and of its donors, every second and whenever it matters. */
export interface Sight {
  readonly now: UnixMs
  readonly monotonicMs: number
  /** Donors that are connected. */
  readonly donors: number
}

/** How long ago a publisher came back to its donors, as far as it can tell. */
export interface Return {
  readonly latest: Sight
  /** For so long nobody has been connected. */
  readonly aloneMs: number
  readonly sinceMs: number
}

/** The publisher was started. */
export function started(sight: Sight): Return {
  return { latest: sight, aloneMs: 0, sinceMs: 0 }
}

/**
 * The publisher looks again. It came back when it has not looked for long, as after sleep, or when the first donor is here
 * after a long time without any. That a single donor was away is no return, or each could have one when he likes.
 */
export function lookAgain({ latest, aloneMs, sinceMs }: Return, sight: Sight): Return {
  // In sleep the monotonic clock may stand still; the wall clock may be set back.
  const passed = Math.max(0, sight.now - latest.now, sight.monotonicMs - latest.monotonicMs)
  const alone = latest.donors === 0 ? aloneMs + passed : 0
  const wasAsleep = passed >= LIMITS.reserveAfterMs
  const isMet = sight.donors > 0 && alone >= LIMITS.reserveAfterMs
  return {
    latest: sight,
    aloneMs: sight.donors === 0 ? alone : 0,
    sinceMs: wasAsleep || isMet ? 0 : sinceMs + passed,
  }
}

/** Whether donors may still hand in what they took by themselves while the publisher was away. */
export function isJustBack({ sinceMs }: Return): boolean {
  return sinceMs < LIMITS.returnMs
}
