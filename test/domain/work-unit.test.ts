import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DonorKey, Hex32 } from '../../src-main/domain/ids.ts'
import { judge, type Verdict, type Vote } from '../../src-main/domain/validation.ts'
import {
  UNSENT,
  copiesMissing,
  moveUnit,
  type UnitEvent,
  type WorkUnit,
} from '../../src-main/domain/work-unit.ts'

const digest = 'd'.repeat(64) as Hex32
const verified: Verdict = { kind: 'verified', digest, agreeing: [], losing: [] }
const wants = (copiesWanted: number): Verdict => ({ kind: 'undecided', copiesWanted })
const through = (...events: UnitEvent[]): WorkUnit => events.reduce(moveUnit, UNSENT)
const leased: UnitEvent = { kind: 'leased', quorum: 2 }
const lapsed: UnitEvent = { kind: 'lapsed', held: true }
const failed: UnitEvent = { kind: 'failed', held: true }
const voted = (verdict: Verdict, held = true): UnitEvent => ({ kind: 'voted', held, verdict })

describe('a work unit', () => {
  it('wants as many copies as the quorum at first', () => {
    expect(copiesMissing(UNSENT)).toBe(0)
    expect(copiesMissing(through(leased))).toBe(1)
    expect(copiesMissing(through(leased, leased))).toBe(0)
  })

  it('wants another copy when a lease runs out, a machine fails or donors disagree', () => {
    expect(copiesMissing(through(leased, leased, lapsed))).toBe(1)
    expect(copiesMissing(through(leased, leased, failed))).toBe(1)
    expect(copiesMissing(through(leased, leased, voted(wants(1)), voted(wants(1))))).toBe(1)
  })

  it('counts a late vote without taking another donor’s live copy for it', () => {
    const unit = through(leased, lapsed, leased, voted(wants(1), false))
    expect(unit).toMatchObject({ state: 'leased', live: 1, votes: 1 })
    expect(copiesMissing(unit)).toBe(0)
  })

  it('is suspended by the third donor whose machine fails, not by the second', () => {
    expect(through(leased, failed, leased, failed).state).toBe('leased')
    expect(through(leased, failed, leased, failed, leased, failed)).toEqual({ state: 'suspended' })
  })

  it('ends verified or inconclusive as the votes say', () => {
    expect(through(leased, voted(verified))).toEqual({ state: 'verified', digest })
    expect(through(leased, voted({ kind: 'inconclusive' }))).toEqual({ state: 'inconclusive' })
  })

  it('is accepted on its first donor’s word, released, and questioned again at any time', () => {
    const trusted: UnitEvent = { kind: 'trusted', digest }
    const released: UnitEvent = { kind: 'released' }
    const questioned: UnitEvent = { kind: 'questioned' }
    const again = { state: 'leased', live: 0, votes: 1, failures: 0, wanted: 1 }
    expect(through(leased, trusted)).toEqual({ state: 'trusted', digest })
    expect(through(leased, trusted, released)).toEqual({ state: 'released', digest })
    expect(through(leased, trusted, questioned)).toEqual(again)
    expect(through(leased, trusted, released, questioned)).toEqual(again)
    expect(through(leased, trusted, questioned, leased, voted(verified))).toEqual({
      state: 'verified',
      digest,
    })
  })

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
  ])('that a donor took by itself wants, with quorum %i, %i more', (quorum, wanted) => {
    const unit = through({ kind: 'self-assigned', quorum })
    expect(unit).toEqual({ state: 'leased', live: 0, votes: 1, failures: 0, wanted })
    expect(moveUnit(unit, { kind: 'trusted', digest })).toBe(unit)
  })

  it('that a donor took by itself is open to all when that donor’s word counts no more', () => {
    const alone = through({ kind: 'self-assigned', quorum: 2 }, { kind: 'withdrawn', wanted: 2 })
    expect(alone).toEqual({ state: 'leased', live: 0, votes: 0, failures: 0, wanted: 2 })
    expect(moveUnit(alone, { kind: 'withdrawn', wanted: 7 })).toBe(alone)
    expect(moveUnit(alone, { kind: 'self-assigned', quorum: 2 })).toBe(alone)
    const withOthers = through({ kind: 'self-assigned', quorum: 3 }, leased, leased, voted(wants(1)), {
      kind: 'withdrawn',
      wanted: 2,
    })
    expect(withOthers).toEqual({ state: 'leased', live: 1, votes: 1, failures: 0, wanted: 2 })
    for (const unit of [
      UNSENT,
      through(leased, voted(verified)),
      through(leased, { kind: 'trusted', digest }),
    ])
      expect(moveUnit(unit, { kind: 'withdrawn', wanted: 1 })).toBe(unit)
  })

  it.each([leased, failed, voted(verified), { kind: 'cancelled' } satisfies UnitEvent])(
    'is never taken by anybody once it was handed out (%j)',
    (event) => {
      const unit = through(leased, event)
      expect(moveUnit(unit, { kind: 'self-assigned', quorum: 2 })).toBe(unit)
    },
  )

  it('is not accepted on anybody’s word when others have answered', () => {
    const unit = through(leased, leased, voted(wants(1)))
    expect(moveUnit(unit, { kind: 'trusted', digest })).toBe(unit)
  })

  it('is verified from the start when the publisher knows the answer', () => {
    expect(through({ kind: 'known', digest }, leased)).toEqual({ state: 'verified', digest })
    expect(through(leased, { kind: 'known', digest }).state).toBe('leased')
  })

  it.each([failed, voted({ kind: 'inconclusive' })])('begins anew when the publisher retries it', (event) => {
    const ended = through(leased, event, leased, event, leased, event)
    const again = moveUnit(ended, { kind: 'retried', quorum: 2 })
    expect(again).toEqual({ state: 'leased', live: 0, votes: 0, failures: 0, wanted: 2 })
    expect(copiesMissing(again)).toBe(2)
  })

  it('stays where it ended, whatever happens then', () => {
    const verdict = fc.constantFrom<Verdict>(verified, wants(1), { kind: 'inconclusive' })
    const event: fc.Arbitrary<UnitEvent> = fc.oneof(
      fc.constant(leased),
      fc.record({ kind: fc.constantFrom('lapsed' as const, 'failed' as const), held: fc.boolean() }),
      fc.record({ kind: fc.constant('voted' as const), held: fc.boolean(), verdict }),
      fc.record({ kind: fc.constantFrom('trusted' as const, 'known' as const), digest: fc.constant(digest) }),
      fc.record({ kind: fc.constantFrom('released' as const, 'questioned' as const) }),
    )
    const ends: WorkUnit[] = [
      { state: 'verified', digest },
      { state: 'inconclusive' },
      { state: 'suspended' },
    ]
    fc.assert(
      fc.property(fc.constantFrom(...ends), fc.array(event), (end, events) => {
        expect(events.reduce(moveUnit, end)).toEqual(end)
      }),
      { seed: 13 },
    )
  })

  it('is verified only when a quorum of different donors agreed, in any order of events', () => {
    const answer = fc.record({ donor: fc.nat(12), digest: fc.nat(2), late: fc.boolean() })
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 24 }), fc.integer({ min: 1, max: 4 }), (answers, quorum) => {
        const votes: Vote[] = []
        let unit: WorkUnit = UNSENT
        for (const { donor, digest: said, late } of answers) {
          const donorKey = donor.toString(16).padStart(64, '0') as DonorKey
          if (unit.state !== 'unsent' && unit.state !== 'leased') break
          if (votes.some((vote) => vote.donorKey === donorKey)) continue
          unit = moveUnit(unit, { kind: 'leased', quorum })
          if (late) unit = moveUnit(unit, lapsed)
          votes.push({ donorKey, digest: said.toString(16).padStart(64, '0') as Hex32 })
          unit = moveUnit(unit, voted(judge(votes, quorum), !late))
          if (unit.state === 'leased') expect(unit.live).toBe(0)
        }
        if (unit.state !== 'verified') return
        const { digest: winner } = unit
        expect(votes.filter((vote) => vote.digest === winner).length).toBeGreaterThanOrEqual(quorum)
      }),
      { seed: 14, numRuns: 500 },
    )
  })
})
