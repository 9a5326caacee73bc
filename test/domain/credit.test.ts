import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moveCredit, type Credit, type CreditStanding } from '../../src-main/domain/credit.ts'

const through = (...standings: readonly CreditStanding[]): Credit =>
  standings.reduce<Credit>(moveCredit, 'none')

describe('credit', () => {
  it.each<[string, CreditStanding[], Credit]>([
    ['is granted when a quorum agrees', ['pending', 'verified'], 'granted'],
    ['is held while a result is accepted on trust', ['trusted'], 'held'],
    ['is granted when the donor’s next check passes', ['trusted', 'verified'], 'granted'],
    ['is no longer held when the result is questioned', ['trusted', 'pending'], 'none'],
    ['stays granted while a released result is questioned', ['trusted', 'verified', 'pending'], 'granted'],
    ['is revoked when a questioned result was wrong', ['verified', 'pending', 'rejected'], 'revoked'],
    ['is revoked when nobody can tell any more', ['verified', 'pending', 'uncounted'], 'revoked'],
    ['is not revoked where nothing was granted', ['trusted', 'pending', 'rejected'], 'none'],
  ])('%s', (_, standings, expected) => {
    expect(through(...standings)).toBe(expected)
  })

  it('is granted at most once and revoked at most once, after that', () => {
    const standing = fc.constantFrom<CreditStanding>(
      'pending',
      'trusted',
      'verified',
      'rejected',
      'uncounted',
    )
    fc.assert(
      fc.property(fc.array(standing, { maxLength: 30 }), (standings) => {
        const changes: Credit[] = []
        let credit: Credit = 'none'
        for (const each of standings) {
          const next = moveCredit(credit, each)
          if (next !== credit && (next === 'granted' || next === 'revoked')) changes.push(next)
          credit = next
        }
        expect([[], ['granted'], ['granted', 'revoked']]).toContainEqual(changes)
      }),
      { seed: 32, numRuns: 500 },
    )
  })
})
