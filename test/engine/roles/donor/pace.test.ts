import { describe, expect, it } from 'vitest'
import { Pace } from '../../../../src-main/engine/roles/donor/pace.ts'

describe('the pace of a donor', () => {
  it('is unknown before the first unit', () => {
    const pace = new Pace()
    expect(pace.unitMs()).toBeUndefined()
    expect(pace.capacity(4, 1000, 0)).toBe(0n)
  })

  it('tells how long a unit of a batch takes, also of one that was never computed here', () => {
    const pace = new Pace()
    pace.add(0, 1000n, 100)
    for (let i = 0; i < 200; i++) pace.add(1, 5000n, 500)
    expect(pace.unitMs(0)).toBeCloseTo(100)
    expect(pace.unitMs(1)).toBeCloseTo(500)
    expect(pace.unitMs(2)).toBeCloseTo(500, 0)
  })

  it('announces the fuel that is not spoken for', () => {
    const pace = new Pace()
    pace.add(0, 1000n, 100)
    expect(pace.capacity(2, 1000, 0)).toBe(20_000n)
    expect(pace.capacity(2, 1000, 5)).toBe(15_000n)
    expect(pace.capacity(2, 1000, 50)).toBe(1n)
  })

  it('copes with units that need nothing', () => {
    const pace = new Pace()
    pace.add(0, 0n, 0)
    expect(pace.unitMs(0)).toBe(1)
  })
})
