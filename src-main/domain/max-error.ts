import { PowerswarmError } from './errors.ts'
import type { TrustPolicy } from './trust.ts'

/**
 * What `--max-error` buys: a policy under which every simulated attack by a tenth of the donors, alone or together, under
 * new keys or old ones, stayed below that share of wrong results, with its 95 % bound. resources/docs/trust.md has the
 * attacks and what each point costs.
 */
export interface TrustPoint extends TrustPolicy {
  /** Wrong results among the accepted ones, at most. */
  readonly maxError: number
}

/**
 * From the loosest to the strictest. Source: `npm run prove -- trust`. It goes no further: beyond, what colluders do
 * to each other's benefit before anybody is established outweighs what they do later.
 */
export const TRUST_POINTS: readonly TrustPoint[] = [
  { maxError: 0.01, provenPerAdvance: 3 },
  { maxError: 0.003, provenPerAdvance: 10 },
  { maxError: 0.001, provenPerAdvance: 30 },
  { maxError: 0.0003, provenPerAdvance: 100 },
  { maxError: 0.0001, provenPerAdvance: 300 },
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
