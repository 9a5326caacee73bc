import { PowerswarmError } from './errors.ts'
import type { TrustPolicy } from './trust.ts'

/**
 * What `--max-error` buys: for each bound the smallest `provenPerAdvance` that kept every simulated attack by a tenth
 * of the donors, alone or together, under new keys or old ones, below it. `wrongShare` and `executionsPerUnit` (honest
 * donors, 10,000 units each) are what the simulation measured; resources/docs/trust.md has the attacks and the bounds.
 */
export interface TrustPoint extends TrustPolicy {
  /** Wrong results among the accepted ones, at most. */
  readonly maxError: number
}

/** From the loosest to the strictest. Source: `npm run prove -- trust`. */
export const TRUST_POINTS: readonly TrustPoint[] = [
  { maxError: 1e-2, provenPerAdvance: 5 },
  { maxError: 3e-3, provenPerAdvance: 15 },
  { maxError: 1e-3, provenPerAdvance: 45 },
  { maxError: 3e-4, provenPerAdvance: 150 },
  { maxError: 1e-4, provenPerAdvance: 450 },
  { maxError: 3e-5, provenPerAdvance: 1500 },
  { maxError: 1e-5, provenPerAdvance: 4500 },
]

/**
 * The loosest point that stays within `maxError`. Throws `bad-argument` for a bound that no point reaches: then only
 * a quorum helps.
 */
export function policyFor(maxError: number): TrustPoint {
  const point = TRUST_POINTS.find((each) => each.maxError <= maxError)
  if (!(maxError < 1) || point === undefined) {
    const least = TRUST_POINTS.at(-1)?.maxError ?? 0
    throw new PowerswarmError(
      'bad-argument',
      `A largest error lies between ${String(least)} and 1; for less, leave it out: then every unit gets its quorum`,
    )
  }
  return point
}
