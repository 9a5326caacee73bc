import { describe, expect, it } from 'vitest'
import { TRUST_POINTS, policyFor } from '../../src-main/domain/max-error.ts'

describe('the largest error', () => {
  it('picks the loosest policy that stays within it', () => {
    for (const point of TRUST_POINTS) expect(policyFor(point.maxError)).toBe(point)
    const [loosest, next] = TRUST_POINTS
    expect(policyFor(0.5)).toBe(loosest)
    expect(policyFor((loosest?.maxError ?? 0) / 1.01)).toBe(next)
  })

  it('costs more the smaller it is', () => {
    const sorted = TRUST_POINTS.toSorted((a, b) => b.maxError - a.maxError)
    expect(TRUST_POINTS).toEqual(sorted)
    expect(TRUST_POINTS.map(({ provenPerAdvance }) => provenPerAdvance)).toEqual(
      TRUST_POINTS.map(({ provenPerAdvance }) => provenPerAdvance).toSorted((a, b) => a - b),
    )
  })

  it.each([0, -1, 1, 2, Number.NaN, 1e-9])('refuses %d', (maxError) => {
    expect(() => policyFor(maxError)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  })
})
