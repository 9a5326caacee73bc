import type { UnitTimes } from './times.ts'

/** How a publisher that came back was given what was computed meanwhile. */
export interface AfterReturn {
  /** Results computed while the publisher was away, and when the last of them was acknowledged after its return. */
  readonly computedAway: number
  readonly acknowledgedMs: number
  /** Units of which two donors had the result at the return: how many, and those that were not granted to both. */
  readonly pairs: number
  readonly pairsNotGranted: number
}

/** `quorum`: results that a unit needs to be granted. Times are by the wall clock. */
export function afterReturn(
  times: readonly UnitTimes[],
  goneAt: number,
  backAt: number,
  quorum: number,
): AfterReturn {
  const results = times.flatMap(({ results }) => results)
  const computedAway = results.filter(({ finishedAt }) => finishedAt >= goneAt && finishedAt < backAt)
  const acknowledgedMs = computedAway.map(
    ({ answeredAt }) => (answeredAt ?? Number.POSITIVE_INFINITY) - backAt,
  )
  const pairs = times.filter(
    ({ results }) => results.filter(({ finishedAt }) => finishedAt < backAt).length >= quorum,
  )
  const notGranted = pairs.filter(({ results }) => results.some(({ granted }) => !granted))
  return {
    computedAway: computedAway.length,
    acknowledgedMs: acknowledgedMs.reduce((most, each) => Math.max(most, each), 0),
    pairs: pairs.length,
    pairsNotGranted: notGranted.length,
  }
}
