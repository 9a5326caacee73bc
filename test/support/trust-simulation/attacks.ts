import type { SimulatedDonor } from './donor.ts'
import type { Random } from './random.ts'

/** What a forger knows of its own standing under a scheme: results that it may expect to place between two checks. */
export interface Prospect {
  readonly advance: number
}

/** How the forgers of one run behave. Honest donors follow none. */
export interface Attack {
  readonly name: string
  /** Give equal wrong answers, and confirm each other's. */
  readonly together: boolean
  /** Whether this donor forges the unit that it computes now. */
  forges(donor: SimulatedDonor, prospect: Prospect, random: Random): boolean
  /** Whether it throws its key away now, and comes back with a new one. */
  leaves(donor: SimulatedDonor, prospect: Prospect): boolean
}

const caught = (donor: SimulatedDonor): boolean => donor.losses > 0

/** Forges each unit with this chance from the start; a new key when it is caught. */
export function constant(rate: number, together = false): Attack {
  return {
    name: `forge ${percent(rate)}${together ? ' together' : ''}`,
    together,
    forges: (_donor, _prospect, random) => random() < rate,
    leaves: caught,
  }
}

/** Honest until it has this advance, then forges everything until it is caught. */
export function untilCaught(advance: number, together = false): Attack {
  return {
    name: `sleep to advance ${advance}, forge until caught${together ? ', together' : ''}`,
    together,
    forges: (donor, prospect) => donor.forged > 0 || prospect.advance >= advance,
    leaves: caught,
  }
}

/** Honest until it has this advance, then forges exactly once and goes when the result counts. */
export function once(advance: number): Attack {
  return {
    name: `sleep to advance ${advance}, forge once`,
    together: false,
    forges: (donor, prospect) => donor.forged === 0 && prospect.advance >= advance,
    leaves: (donor) => caught(donor) || donor.forgedAccepted > 0,
  }
}

/**
 * Honest until it has this advance; then forges a share 1/(windows + 1) of the results that it is trusted with between
 * two checks, in as many such stretches: what pays best when every forged result is found as soon as one is. Goes when
 * the last one counts.
 */
export function rationed(advance: number, windows: number, together = false): Attack {
  const quota = (donor: SimulatedDonor): number => Math.max(1, Math.floor(donor.sleptTo / (windows + 1)))
  const spent = (donor: SimulatedDonor): boolean => donor.forged >= windows * quota(donor)
  return {
    name: `sleep to advance ${advance}, forge ${windows} × 1/${windows + 1}${together ? ', together' : ''}`,
    together,
    forges(donor, prospect) {
      if (donor.sleptTo === 0) {
        if (prospect.advance < advance) return false
        donor.sleptTo = prospect.advance
      }
      return !spent(donor) && donor.forgedInWindow < quota(donor)
    },
    leaves: (donor) => caught(donor) || (donor.sleptTo > 0 && spent(donor) && donor.forgedOpen <= 0),
  }
}

/** Honest until it has this advance, then forges one result between two checks, again and again until it is caught. */
export function trickle(advance: number, together = false): Attack {
  return {
    name: `sleep to advance ${advance}, one between two checks${together ? ', together' : ''}`,
    together,
    forges: (donor, prospect) => prospect.advance >= advance && donor.forgedInWindow === 0,
    leaves: caught,
  }
}

/** All donors are honest: what a scheme costs. */
export const NO_ATTACK: Attack = {
  name: 'none',
  together: false,
  forges: () => false,
  leaves: () => false,
}

const percent = (rate: number): string => `${String(100 * rate)} %`

/** Forgers of one kind each, from the crudest to the most patient. */
export const ATTACKS: readonly Attack[] = [
  NO_ATTACK,
  constant(1),
  constant(0.1),
  constant(0.01),
  constant(0.001),
  once(2),
  once(16),
  untilCaught(2),
  untilCaught(16),
  trickle(4),
  trickle(32),
  rationed(2, 1),
  rationed(4, 1),
  rationed(8, 1),
  rationed(16, 1),
  rationed(32, 1),
  rationed(8, 2),
  rationed(8, 4),
  constant(1, true),
  constant(0.1, true),
  constant(0.01, true),
  constant(0.001, true),
  untilCaught(2, true),
  untilCaught(8, true),
  untilCaught(32, true),
  trickle(8, true),
  rationed(4, 1, true),
  rationed(8, 1, true),
  rationed(32, 1, true),
  rationed(8, 2, true),
]
