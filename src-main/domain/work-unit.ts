import type { Hex32 } from './ids.ts'
import { LIMITS } from './limits.ts'
import type { Verdict } from './validation.ts'

/**
 * A work unit as its publisher sees it.
 *
 *              ┌───┐ another copy goes out, runs out, or comes back without a decision
 *              ▼   │
 *   unsent ──▶ leased ──▶ verified       a quorum of donors agrees
 *                  ├────▶ inconclusive   the copies are used up and no quorum is in reach
 *                  └────▶ suspended      the machines of several donors failed on it, or it was cancelled
 *
 * verified, inconclusive and suspended are terminal: no event leaves them.
 */
export type WorkUnit =
  | { readonly state: 'unsent' }
  | LeasedUnit
  | { readonly state: 'verified'; readonly digest: Hex32 }
  | { readonly state: 'inconclusive' }
  | { readonly state: 'suspended' }

export interface LeasedUnit {
  readonly state: 'leased'
  /** Copies that donors hold now: leased, not answered, not run out. */
  readonly live: number
  /** Votes received. */
  readonly votes: number
  /** Donors whose machines failed on it: host-failure or timeout. */
  readonly failures: number
  /** More equal votes that would decide it. */
  readonly wanted: number
}

/**
 * What happens to a unit. `held`: the donor's copy was live; false when its lease had run out before.
 * - `leased`: a copy went to a donor
 * - `lapsed`: a copy is lost: its lease ran out, or what came back cannot be a result of this unit
 * - `failed`: a donor's machine failed on it
 * - `cancelled`: its publisher took it back, handed out or not
 * - `voted`: a counted result arrived and all votes were judged anew
 */
export type UnitEvent =
  | { readonly kind: 'leased'; readonly quorum: number }
  | { readonly kind: 'lapsed'; readonly held: boolean }
  | { readonly kind: 'failed'; readonly held: boolean }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'voted'; readonly held: boolean; readonly verdict: Verdict }

export const UNSENT: WorkUnit = { state: 'unsent' }

/** The one function that moves a unit. An event that cannot apply (a vote on an unsent unit) changes nothing. */
export function moveUnit(unit: WorkUnit, event: UnitEvent): WorkUnit {
  if (event.kind === 'cancelled')
    return unit.state === 'unsent' || unit.state === 'leased' ? { state: 'suspended' } : unit
  if (unit.state === 'unsent')
    return event.kind === 'leased'
      ? { state: 'leased', live: 1, votes: 0, failures: 0, wanted: event.quorum }
      : unit
  if (unit.state !== 'leased') return unit
  if (event.kind === 'leased') return { ...unit, live: unit.live + 1 }
  const live = event.held ? unit.live - 1 : unit.live
  switch (event.kind) {
    case 'lapsed':
      return { ...unit, live }
    case 'failed':
      return unit.failures + 1 >= LIMITS.hostFailuresMax
        ? { state: 'suspended' }
        : { ...unit, live, failures: unit.failures + 1 }
    case 'voted':
      return decided(unit, live, event.verdict)
  }
}

function decided(unit: LeasedUnit, live: number, verdict: Verdict): WorkUnit {
  switch (verdict.kind) {
    case 'verified':
      return { state: 'verified', digest: verdict.digest }
    case 'inconclusive':
      return { state: 'inconclusive' }
    case 'undecided':
      return { ...unit, live, votes: unit.votes + 1, wanted: verdict.copiesWanted }
  }
}

/** Copies to hand out now, beyond those that donors hold. */
export function copiesMissing(unit: WorkUnit): number {
  return unit.state === 'leased' ? Math.max(0, unit.wanted - unit.live) : 0
}
