import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src-main/domain/limits.ts'
import {
  NEWCOMER,
  advance,
  isChecker,
  isEstablished,
  isTrusted,
  isWindowFull,
  moveTrust,
  type DonorTrust,
  type TrustEvent,
} from '../../src-main/domain/trust.ts'

const policy = { provenPerAdvance: 10 }
const after = (trust: DonorTrust, ...events: readonly TrustEvent[]): DonorTrust =>
  events.reduce(moveTrust, trust)
const proven = (results: number): DonorTrust => ({ ...NEWCOMER, proven: results })
const one = (kind: Exclude<TrustEvent['kind'], 'released'>): TrustEvent => ({ kind })

describe('the trust in a donor', () => {
  it.each([
    ['nothing to a new key', 0, 0],
    ['nothing before the first proven ones suffice', 9, 0],
    ['one result for as many proven ones', 10, 1],
    ['more with every further ones', 57, 5],
    ['never more than one forger may place', 10_000_000, LIMITS.advanceMax],
  ])('gives %s in advance', (_, results, expected) => {
    expect(advance(proven(results), policy)).toBe(expected)
  })

  it('fills a window, draws one result of it and opens the next', () => {
    const filled = after(proven(30), one('held'), one('held'), one('held'))
    expect(isWindowFull(after(proven(30), one('held'), one('held')), policy)).toBe(false)
    expect(isWindowFull(filled, policy)).toBe(true)
    expect(after(filled, one('drawn'))).toMatchObject({ window: 1, held: 0, unsettled: 1, proven: 30 })
  })

  it('counts a window as proven when its check passes', () => {
    const drawn = after(proven(30), one('held'), one('drawn'))
    expect(after(drawn, { kind: 'released', window: 0, results: 3 })).toMatchObject({
      proven: 33,
      unsettled: 0,
    })
  })

  it('begins anew after an error, and checks of earlier windows prove nothing', () => {
    const drawn = after(proven(30), one('held'), one('drawn'))
    const failed = after(drawn, one('failed'))
    expect(failed).toMatchObject({ proven: 0, held: 0, unsettled: 0 })
    expect(failed.since).toBeGreaterThan(drawn.window)
    expect(after(failed, { kind: 'released', window: 0, results: 3 })).toEqual(failed)
  })

  it('is suspended while the donor is in a dispute, and only then', () => {
    const donor = proven(LIMITS.establishedResults)
    const disputed = after(donor, one('disputed'), one('disputed'), one('settled'))
    expect([isChecker(donor), isTrusted(donor, policy)]).toEqual([true, true])
    expect([isChecker(disputed), isTrusted(disputed, policy)]).toEqual([false, false])
    expect(isEstablished(disputed)).toBe(true)
    expect(isChecker(after(disputed, one('settled')))).toBe(true)
    expect(isChecker(proven(LIMITS.establishedResults - 1))).toBe(false)
  })

  it('is not given while the checks of many windows are out', () => {
    const windows = Array.from({ length: LIMITS.windowsUnsettledMax }, () => one('drawn'))
    expect(isTrusted(after(proven(100), ...windows), policy)).toBe(false)
  })

  it('never counts more as proven than was confirmed or released since the last error', () => {
    const event: fc.Arbitrary<TrustEvent> = fc.oneof(
      fc.record({
        kind: fc.constantFrom('held', 'drawn', 'confirmed', 'failed', 'disputed', 'settled'),
      }),
      fc.record({
        kind: fc.constant('released'),
        window: fc.nat(8),
        results: fc.integer({ min: 1, max: 9 }),
      }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let trust: DonorTrust = NEWCOMER
        let most = 0
        for (const each of events) {
          const { window, since } = trust
          trust = moveTrust(trust, each)
          if (each.kind === 'failed') most = 0
          else if (each.kind === 'confirmed') most += 1
          else if (each.kind === 'released' && each.window >= since) most += each.results
          expect(trust.proven).toBe(most)
          expect(trust.window).toBeGreaterThanOrEqual(window)
          expect(trust.since).toBeLessThanOrEqual(trust.window)
          expect(Math.min(trust.held, trust.unsettled, trust.disputes)).toBeGreaterThanOrEqual(0)
        }
      }),
      { seed: 31, numRuns: 300 },
    )
  })
})
