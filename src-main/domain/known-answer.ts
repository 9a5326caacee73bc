import { advance, type DonorTrust, type TrustPolicy } from './trust.ts'

/** A unit whose right digest the publisher knew before any donor computed it checks whoever gets it, alone. */
export interface KnownAnswerNeeds {
  readonly trust: DonorTrust
  readonly policy: TrustPolicy
  /** Known-answer units that may be left for this donor. */
  readonly unused: number
}

/** Of the checks that a donor gets, known answers replace at most this share: they produce nothing new. */
const SHARE_OF_CHECKS = 1 / 8

/**
 * The chance (0..1) that a unit in a lease is a known-answer one: a fixed share of the checks that the donor is due,
 * so a newcomer meets them often and a donor with a large advance seldom. Colluders cannot confirm each other on them.
 */
export function knownAnswerChance({ trust, policy, unused }: KnownAnswerNeeds): number {
  return unused > 0 ? SHARE_OF_CHECKS / Math.max(1, advance(trust, policy)) : 0
}
