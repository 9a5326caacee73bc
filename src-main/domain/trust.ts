import { LIMITS } from './limits.ts'

/**
 * How far donors are trusted in a batch.
 *
 * A donor is trusted with one result in advance for every `provenPerAdvance` results that it has proven since its
 * last error. Results accepted on its word are held in a window of that size; when the window is full, one of them,
 * drawn at random, is checked by another donor. Passed: all of the window are released. Failed: everything that rests
 * on this donor's word alone since its last error is questioned, however long ago it was released.
 *
 * So whatever a forger does, it places at most about 1 / (e · provenPerAdvance) wrong results for every right one that
 * it computes: x wrong ones in each window of w survive m checks with a chance of (1 − x/w)^m. The simulation
 * (`npm run prove -- trust`) says how close attacks come to it.
 */
export interface TrustPolicy {
  /** Whole number from 1. */
  readonly provenPerAdvance: number
}

/**
 * What a donor's checks say of it. The history is the donor's; how far it reaches is each batch's policy.
 *
 *   open window ──drawn──▶ closed, its check is out ──released──▶ its results count, `proven` grows
 *     ▲      │ held                     │
 *     └──────┘                          ▼ failed, here or on any other result:
 *                                  nothing is proven; what rests on this donor's word in windows from `since` on,
 *                                  released or not, is questioned, and `since` moves on
 */
export interface DonorTrust {
  /** Results since the last error that a quorum or a known answer confirmed, or that a later check released. */
  readonly proven: number
  /** Number of the open window. */
  readonly window: number
  /** First window since the last error. */
  readonly since: number
  /** Results in the open window. */
  readonly held: number
  /** Closed windows whose check is still out. */
  readonly unsettled: number
  /** Undecided units on which its result and another's differ. */
  readonly disputes: number
}

/** A new key: everything that it computes is checked. */
export const NEWCOMER: DonorTrust = { proven: 0, window: 0, since: 0, held: 0, unsettled: 0, disputes: 0 }

/**
 * What happens to a donor's trust.
 * - `held`: a result was accepted on its word
 * - `drawn`: one result of the open window went to be checked
 * - `confirmed`: a quorum or a known answer agreed with a result that was in no window
 * - `released`: the check of a window passed; `results` are those of the window, the checked one included
 * - `failed`: a quorum or a known answer contradicted it
 * - `disputed`, `settled`: results on a unit that it answered differ; the unit is decided, whatever that meant for it
 */
export type TrustEvent =
  | { readonly kind: 'held' | 'drawn' | 'confirmed' | 'failed' | 'disputed' | 'settled' }
  | { readonly kind: 'released'; readonly window: number; readonly results: number }

/** The one function that moves a donor's trust. The check of a window from before the last error proves nothing. */
export function moveTrust(trust: DonorTrust, event: TrustEvent): DonorTrust {
  switch (event.kind) {
    case 'held':
      return { ...trust, held: trust.held + 1 }
    case 'drawn':
      return { ...trust, held: 0, window: trust.window + 1, unsettled: trust.unsettled + 1 }
    case 'confirmed':
      return { ...trust, proven: trust.proven + 1 }
    case 'released':
      if (event.window < trust.since) return trust
      return {
        ...trust,
        proven: trust.proven + event.results,
        unsettled: Math.max(0, trust.unsettled - 1),
      }
    case 'failed':
      return {
        ...NEWCOMER,
        window: trust.window + 1,
        since: trust.window + 1,
        disputes: trust.disputes,
      }
    case 'disputed':
      return { ...trust, disputes: trust.disputes + 1 }
    case 'settled':
      return { ...trust, disputes: Math.max(0, trust.disputes - 1) }
  }
}

/** Results that a donor is trusted with between two checks; 0 = each one is checked. */
export function advance({ proven }: DonorTrust, { provenPerAdvance }: TrustPolicy): number {
  return Math.min(Math.floor(proven / provenPerAdvance), LIMITS.advanceMax)
}

/**
 * An established donor: the word of one is needed for a quorum. The bar is the same for every policy: who forges often
 * never reaches it, and a project has such donors soon.
 */
export function isEstablished({ proven }: DonorTrust): boolean {
  return proven >= LIMITS.establishedResults
}

/**
 * Whether a donor may be handed what others answered. Not while it is in a dispute: a forger that wakes up gets one
 * vote against others before it is found out.
 */
export function isChecker(trust: DonorTrust): boolean {
  return trust.disputes === 0 && isEstablished(trust)
}

/** Whether the next result of a donor is accepted on its word, or wants another donor's copy at once. */
export function isTrusted(trust: DonorTrust, policy: TrustPolicy): boolean {
  return trust.disputes === 0 && trust.unsettled < LIMITS.windowsUnsettledMax && advance(trust, policy) > 0
}

/** Whether one of the results in the open window is to be drawn for a check now. */
export function isWindowFull(trust: DonorTrust, policy: TrustPolicy): boolean {
  return trust.held > 0 && trust.held >= advance(trust, policy)
}
