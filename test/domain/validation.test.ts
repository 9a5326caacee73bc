import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DonorKey, Hex32 } from '../../src-main/domain/ids.ts'
import {
  disputants,
  judge,
  quorumOf,
  votesMax,
  type Answer,
  type Vote,
} from '../../src-main/domain/validation.ts'

const donor = (n: number): DonorKey => n.toString(16).padStart(64, '0') as DonorKey
const digest = (n: number): Hex32 => n.toString(16).padStart(64, 'f') as Hex32
/** "aab": donors 0, 1 and 2 say a, a and b. */
const votes = (text: string): Vote[] =>
  Array.from(text, (letter, index) => ({ donorKey: donor(index), digest: digest(letter.charCodeAt(0)) }))

describe('votes on a unit', () => {
  it.each([
    ['', 2, { kind: 'undecided', copiesWanted: 2 }],
    ['a', 2, { kind: 'undecided', copiesWanted: 1 }],
    ['ab', 2, { kind: 'undecided', copiesWanted: 1 }],
    ['abc', 2, { kind: 'undecided', copiesWanted: 1 }],
    ['aab', 3, { kind: 'undecided', copiesWanted: 1 }],
    ['abcdefgh', 2, { kind: 'inconclusive' }],
    ['abcdefg', 2, { kind: 'undecided', copiesWanted: 1 }],
    ['abcdef', 4, { kind: 'inconclusive' }],
  ])('%j with quorum %i: %j', (text, quorum, verdict) => {
    expect(judge(votes(text), quorum)).toEqual(verdict)
  })

  it('verify with the first quorum and name winners and losers', () => {
    expect(judge(votes('aba'), 2)).toEqual({
      kind: 'verified',
      digest: digest(97),
      agreeing: [donor(0), donor(2)],
      losing: [donor(1)],
    })
    expect(judge(votes('a'), 1)).toMatchObject({ kind: 'verified', agreeing: [donor(0)], losing: [] })
  })

  it('count a donor once, by its first word', () => {
    const twice = [...votes('a'), ...votes('a')]
    expect(judge(twice, 2)).toEqual({ kind: 'undecided', copiesWanted: 1 })
  })

  it.each([
    ['a', 1, { kind: 'undecided', copiesWanted: 1 }],
    ['a', 2, { kind: 'undecided', copiesWanted: 1 }],
    ['a', 3, { kind: 'undecided', copiesWanted: 2 }],
    ['aa', 2, { kind: 'verified' }],
    ['aa', 1, { kind: 'verified', agreeing: [donor(0), donor(1)], losing: [] }],
    ['ab', 1, { kind: 'verified', agreeing: [donor(1)], losing: [donor(0)] }],
    ['ab', 2, { kind: 'undecided', copiesWanted: 1 }],
    ['abb', 2, { kind: 'verified', agreeing: [donor(1), donor(2)], losing: [donor(0)] }],
  ])('%j, of which the first was self-assigned, with quorum %i: %j', (text, quorum, verdict) => {
    const [first, ...rest] = votes(text)
    expect(judge([{ ...first!, selfAssigned: true }, ...rest], quorum)).toMatchObject(verdict)
  })

  it('are never enough when all of them are self-assigned', () => {
    const own = votes('aaaa').map((vote) => ({ ...vote, selfAssigned: true as const }))
    expect(judge(own, 2)).toEqual({ kind: 'undecided', copiesWanted: 1 })
  })

  it('of a large quorum are not spoilt by one wrong vote', () => {
    expect(judge(votes('b' + 'a'.repeat(7)), 8)).toEqual({ kind: 'undecided', copiesWanted: 1 })
    expect(judge(votes('b' + 'a'.repeat(8)), 8)).toMatchObject({ kind: 'verified' })
  })

  it('verify only by at least quorum different donors with equal digests', () => {
    const vote = fc.record({ donorKey: fc.nat(9).map(donor), digest: fc.nat(3).map(digest) })
    fc.assert(
      fc.property(fc.array(vote, { maxLength: 20 }), fc.integer({ min: 1, max: 8 }), (all, quorum) => {
        const verdict = judge(all, quorum)
        const first = new Map<DonorKey, Hex32>()
        for (const { donorKey, digest: said } of all) if (!first.has(donorKey)) first.set(donorKey, said)
        if (verdict.kind === 'verified') {
          expect(new Set(verdict.agreeing).size).toBeGreaterThanOrEqual(quorum)
          for (const agreeing of verdict.agreeing) expect(first.get(agreeing)).toBe(verdict.digest)
          for (const losing of verdict.losing) expect(first.get(losing)).not.toBe(verdict.digest)
          expect(verdict.agreeing.length + verdict.losing.length).toBe(first.size)
        } else if (verdict.kind === 'undecided') {
          expect(verdict.copiesWanted).toBeGreaterThan(0)
          expect(first.size + verdict.copiesWanted).toBeLessThanOrEqual(votesMax(quorum))
        }
      }),
      { seed: 12, numRuns: 500 },
    )
  })
})

/** "aB": two answers that differ, the second one of an established donor. */
const answers = (text: string): Answer[] =>
  Array.from(text, (letter) => ({
    digest: digest(letter.toLowerCase().charCodeAt(0)),
    established: letter !== letter.toLowerCase(),
  }))

describe('the quorum among trusted donors', () => {
  it.each([
    ['an established donor agrees with a newcomer', 'aA', 2],
    ['established donors agree', 'AA', 2],
    ['only newcomers answered', 'aa', 3],
    ['answers differ', 'aB', 3],
    ['established donors differ', 'AB', 3],
    ['nobody answered yet', '', 3],
  ])('when %s (%j) is %i', (_, text, expected) => {
    expect(quorumOf(answers(text), 2)).toBe(expected)
  })

  it('names as disputants the established donors that contradict each other', () => {
    const names = (text: string): string[] =>
      disputants(answers(text)).map((answer) => (answer.digest === digest(97) ? 'a' : 'other'))
    expect(names('aB')).toEqual([])
    expect(names('AAb')).toEqual([])
    expect(names('AbB')).toEqual(['a', 'other'])
    expect(names('ABA')).toEqual(['a', 'other', 'a'])
  })
})
