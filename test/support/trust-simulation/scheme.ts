import {
  advance,
  isChecker,
  isTrusted,
  isWindowFull,
  moveTrust,
  type TrustPolicy,
} from '../../../src-main/domain/trust.ts'
import type { Prospect } from './attacks.ts'
import type { SimulatedDonor } from './donor.ts'
import type { Random } from './random.ts'

/**
 * How a publisher decides what to check. `held`: the result waits in a window of its donor's; `final`: it counts now,
 * and nothing is remembered; `check`: another donor computes the unit too.
 */
export interface Scheme {
  readonly name: string
  readonly policy: TrustPolicy | undefined
  fate(donor: SimulatedDonor, random: Random): 'held' | 'final' | 'check'
  prospect(donor: SimulatedDonor): Prospect
  isChecker(donor: SimulatedDonor): boolean
}

/** Powerswarm's: the functions of domain/trust. */
export function trustScheme(provenPerAdvance: number): Scheme {
  const policy = { provenPerAdvance }
  return {
    name: `trust ${provenPerAdvance}`,
    policy,
    fate: ({ trust }) => (isTrusted(trust, policy) ? 'held' : 'check'),
    prospect: ({ trust }) => ({ advance: advance(trust, policy) }),
    isChecker: ({ trust }) => isChecker(trust),
  }
}

/**
 * BOINC's adaptive replication, as its wiki describes it and sched_send.cpp has it (set_trust): below 10 consecutive
 * valid replicated results each job is replicated, then with a chance of 1/count; a result that was not is accepted
 * for good.
 */
export const BOINC: Scheme = {
  name: 'BOINC adaptive',
  policy: undefined,
  fate({ consecutiveValid }, random) {
    if (consecutiveValid < 10) return 'check'
    return random() > 1 / consecutiveValid ? 'final' : 'check'
  },
  prospect: ({ consecutiveValid }) => ({ advance: consecutiveValid < 10 ? 0 : consecutiveValid }),
  isChecker: () => true,
}

/** Two equal results for every unit, whoever they come from. A forger never has anything in advance. */
export const QUORUM: Scheme = {
  name: 'quorum 2',
  policy: undefined,
  fate: () => 'check',
  prospect: ({ consecutiveValid }) => ({ advance: consecutiveValid }),
  isChecker: () => true,
}

/** Puts a result into its donor's window; returns the unit that was drawn for a check, if the window is full now. */
export function hold(
  donor: SimulatedDonor,
  unit: number,
  policy: TrustPolicy,
  random: Random,
): { readonly drawn: number; readonly window: number } | undefined {
  donor.open.push(unit)
  donor.trust = moveTrust(donor.trust, { kind: 'held' })
  if (!isWindowFull(donor.trust, policy)) return undefined
  const { window } = donor.trust
  const results = donor.open
  const drawn = results[Math.floor(random() * results.length)] ?? unit
  donor.closed.set(window, { units: results.filter((each) => each !== drawn) })
  donor.open = []
  donor.forgedInWindow = 0
  donor.trust = moveTrust(donor.trust, { kind: 'drawn' })
  return { drawn, window }
}
