import type { Hex32 } from './ids.ts'
import { LIMITS } from './limits.ts'
import type { Verdict } from './validation.ts'

/**
 * A work unit as its publisher sees it.
 *
 *              ┌───┐ another copy goes out, runs out, or comes back without a decision
 *              ▼   │
 *   unsent ──▶ leased ──▶ verified       a quorum of donors agrees, or the answer was known
 *                │ ▲ ├──▶ inconclusive   the copies are used up and no quorum is in reach ─┐ retried by the
 *                │ │ └──▶ suspended      its machines failed on it, or it was cancelled ─────┤ publisher:
 *                │ ├───────────────────────────────────────────────────────────────────────┘ leased again
 *                │ │ questioned: drawn for a check, or its donor failed one
 *                │ ├──────────┐
 *                └─┴▶ trusted ┴▶ released   accepted on one donor's word; then its donor passed a check
 *
 * A result that a donor took from the reserve by itself opens a unit that nobody was handed: leased, with one vote.
 * Nothing but the publisher's own retry leaves verified, inconclusive and suspended.
 */
export type WorkUnit =
  | { readonly state: 'unsent' }
  | LeasedUnit
  | { readonly state: DigestState; readonly digest: Hex32 }
  | { readonly state: 'inconclusive' }
  | { readonly state: 'suspended' }

/** States in which a unit has an answer. */
export type DigestState = 'verified' | 'trusted' | 'released'

export interface LeasedUnit {
  readonly state: 'leased'
  /** Copies that donors hold now: leased, not answered, not run out. */
  readonly live: number
  /** Votes received. */
  readonly votes: number
  /** Donors whose machines failed on it: host-failure or timeout. */
  readonly failures: number
  /** More equal votes that would decide it; in a batch that trusts donors, copies that are wanted next. */
  readonly wanted: number
}

/**
 * What happens to a unit. `held`: the donor's copy was live; false when its lease had run out before.
 * - `leased`: a copy went to a donor
 * - `lapsed`: a copy is lost: its lease ran out, or what came back cannot be a result of this unit
 * - `failed`: a donor's machine failed on it
 * - `cancelled`: its publisher took it back, handed out or not
 * - `voted`: a counted result arrived and all votes were judged anew
 * - `trusted`: a first result arrived and is accepted on its donor's word
 * - `released`: that donor passed a check later
 * - `questioned`: another donor is to confirm it: its own result is one vote again
 * - `self-assigned`: a first result arrived of a unit of the reserve, which nobody had been handed
 * - `withdrawn`: such a result counts no more, because its donor was found wrong; so many copies are wanted now
 * - `known`: the publisher knows the answer, before any donor
 * - `retried`: the publisher wants it computed anew, by donors that have not had it
 */
export type UnitEvent =
  | { readonly kind: 'leased' | 'self-assigned'; readonly quorum: number }
  | { readonly kind: 'lapsed'; readonly held: boolean }
  | { readonly kind: 'failed'; readonly held: boolean }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'voted'; readonly held: boolean; readonly verdict: Verdict }
  | { readonly kind: 'withdrawn'; readonly wanted: number }
  | { readonly kind: 'trusted' | 'known'; readonly digest: Hex32 }
  | { readonly kind: 'released' | 'questioned' }
  | { readonly kind: 'retried'; readonly quorum: number }

export const UNSENT: WorkUnit = { state: 'unsent' }

/** The one function that moves a unit. An event that cannot apply (a vote on an unsent unit) changes nothing. */
export function moveUnit(unit: WorkUnit, event: UnitEvent): WorkUnit {
  switch (unit.state) {
    case 'unsent':
      if (event.kind === 'leased') return { ...NO_VOTES, live: 1, wanted: event.quorum }
      // However small the quorum: another donor is to be asked.
      if (event.kind === 'self-assigned')
        return { ...NO_VOTES, votes: 1, wanted: Math.max(1, event.quorum - 1) }
      if (event.kind === 'cancelled') return { state: 'suspended' }
      return event.kind === 'known' ? { state: 'verified', digest: event.digest } : unit
    case 'leased':
      return moveLeased(unit, event)
    case 'trusted':
    case 'released':
      if (event.kind === 'questioned') return { ...NO_VOTES, votes: 1, wanted: 1 }
      return event.kind === 'released' ? { state: 'released', digest: unit.digest } : unit
    case 'inconclusive':
    case 'suspended':
      return event.kind === 'retried' ? { ...NO_VOTES, wanted: event.quorum } : unit
    case 'verified':
      return unit
  }
}

const NO_VOTES: LeasedUnit = { state: 'leased', live: 0, votes: 0, failures: 0, wanted: 0 }

function moveLeased(unit: LeasedUnit, event: UnitEvent): WorkUnit {
  switch (event.kind) {
    case 'leased':
      return { ...unit, live: unit.live + 1 }
    case 'lapsed':
      return { ...unit, live: liveAfter(unit, event) }
    case 'failed':
      return unit.failures + 1 >= LIMITS.hostFailuresMax
        ? { state: 'suspended' }
        : { ...unit, live: liveAfter(unit, event), failures: unit.failures + 1 }
    case 'voted':
      return decided(unit, liveAfter(unit, event), event.verdict)
    case 'trusted':
      return unit.votes === 0 ? { state: 'trusted', digest: event.digest } : unit
    case 'cancelled':
      return { state: 'suspended' }
    case 'withdrawn':
      return unit.votes > 0 ? { ...unit, votes: unit.votes - 1, wanted: event.wanted } : unit
    case 'self-assigned':
    case 'known':
    case 'released':
    case 'questioned':
    case 'retried':
      return unit
  }
}

/** A copy may be live from before the unit was questioned or retried: then it is counted no more. */
function liveAfter(unit: LeasedUnit, { held }: { readonly held: boolean }): number {
  return held ? Math.max(0, unit.live - 1) : unit.live
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
