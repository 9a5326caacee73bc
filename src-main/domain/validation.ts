import type { DonorKey, Hex32 } from './ids.ts'
import { LIMITS } from './limits.ts'

/** One donor's word on a unit: equal digests mean equal outcomes. Only counted outcomes become votes. */
export interface Vote {
  readonly donorKey: DonorKey
  readonly digest: Hex32
  /** The donor took the unit from the reserve by itself: see reserve.ts. */
  readonly selfAssigned?: true
}

/**
 * What the votes on one unit amount to.
 * - `undecided`: that many more equal votes would make the quorum
 * - `verified`: `agreeing` are at least quorum donors with this digest, one of whom the publisher chose; `losing` are all
 *   others
 * - `inconclusive`: the copies are used up, no digest can reach the quorum any more
 */
export type Verdict =
  | { readonly kind: 'undecided'; readonly copiesWanted: number }
  | {
      readonly kind: 'verified'
      readonly digest: Hex32
      readonly agreeing: readonly DonorKey[]
      readonly losing: readonly DonorKey[]
    }
  | { readonly kind: 'inconclusive' }

/** A vote in a batch that trusts donors. */
export interface Answer {
  readonly digest: Hex32
  /** Its donor is established now (trust.ts), whatever it was when it voted. */
  readonly established: boolean
}

/**
 * Equal votes that decide a unit in a batch that trusts donors. The batch's quorum is enough while all say the same
 * and an established donor is among them. Else one more is wanted: two new keys must not confirm each other, and a
 * single colluder must not decide which of two donors was wrong.
 */
export function quorumOf(answers: readonly Answer[], quorum: number): number {
  const first = answers[0]?.digest
  const differ = answers.some(({ digest }) => digest !== first)
  return differ || !answers.some(({ established }) => established) ? quorum + 1 : quorum
}

/**
 * Established donors that contradict each other, in the order of their answers; none while they agree. Each of them is
 * in a dispute until the unit is decided, see `moveTrust`.
 */
export function disputants<A extends Answer>(answers: readonly A[]): readonly A[] {
  const established = answers.filter((answer) => answer.established)
  return established.some(({ digest }) => digest !== established[0]?.digest) ? established : []
}

/** Votes that one unit gets at most. A large quorum gets more, so that one wrong vote cannot spoil it. */
export function votesMax(quorum: number): number {
  return Math.max(LIMITS.copiesMax, 2 * quorum)
}

/** Whether its donor has no vote before this one. */
function isFirst(votes: readonly Vote[], place: number): boolean {
  for (let i = 0; i < place; i++) if (votes[i]?.donorKey === votes[place]?.donorKey) return false
  return true
}

function verifiedBy(votes: readonly Vote[], digest: Hex32): Verdict {
  const agreeing: DonorKey[] = []
  const losing: DonorKey[] = []
  for (const [i, vote] of votes.entries())
    if (isFirst(votes, i)) (vote.digest === digest ? agreeing : losing).push(vote.donorKey)
  return { kind: 'verified', digest, agreeing, losing }
}

/**
 * Judges a unit by its votes in order of arrival. A donor's first vote counts, later ones are ignored.
 * `quorum`: equal votes that are enough, at least 1. Votes that are all self-assigned never are.
 */
export function judge(votes: readonly Vote[], quorum: number): Verdict {
  // They are few, and this runs for every result: no maps.
  let copiesWanted = quorum
  let counted = 0
  for (const [i, { digest }] of votes.entries()) {
    if (!isFirst(votes, i)) continue
    counted += 1
    const missing = votesMissing(votes, digest, quorum)
    if (missing === 0) return verifiedBy(votes, digest)
    copiesWanted = Math.min(copiesWanted, missing)
  }
  const left = votesMax(quorum) - counted
  return copiesWanted > left ? { kind: 'inconclusive' } : { kind: 'undecided', copiesWanted }
}

/** How many more votes this digest needs; one of a donor that the publisher chose must be among those that it has. */
function votesMissing(votes: readonly Vote[], digest: Hex32, quorum: number): number {
  let agreeing = 0
  let isAnyChosen = false
  for (const [i, vote] of votes.entries()) {
    if (vote.digest !== digest || !isFirst(votes, i)) continue
    agreeing += 1
    isAnyChosen ||= !vote.selfAssigned
  }
  return Math.max(quorum - agreeing, isAnyChosen ? 0 : 1)
}
