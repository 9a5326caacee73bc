import { describe, expect, it } from 'vitest'
import { countText, creditText, durationText, largeText, quantity } from '../../src-main/cli/text.ts'

describe('texts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('count %i as %s', (count, text) => {
    expect(countText(count)).toBe(text)
  })

  it('name one thing and several', () => {
    expect([quantity(1, 'unit'), quantity(0, 'unit'), quantity(2, 'batch', 'batches')]).toEqual([
      '1 unit',
      '0 units',
      '2 batches',
    ])
  })

  it.each([
    [0n, '0 credits'],
    [1n, 'under 0.001 credits'],
    [13_000_000_000n, '0.013 credits'],
    [1_234_500_000_000n, '1.23 credits'],
    [812_000_000_000_000n, '812 credits'],
    [12_345_678_000_000_000n, '12,346 credits'],
  ])('%s fuel is %s', (fuel, text) => {
    expect(creditText(fuel)).toBe(text)
  })

  it.each([
    [12n, '12'],
    [12_345n, '12.3 k'],
    [4_560_000_000_000n, '4.56 T'],
  ])('%s in short is %s', (count, text) => {
    expect(largeText(count)).toBe(text)
  })

  it.each([
    [420, '0.4 s'],
    [12_400, '12 s'],
    [180_000, '3 min'],
    [5 * 3_600_000 + 20 * 60_000, '5 h 20 min'],
    [10 * 3_600_000, '10 h'],
    [72 * 3_600_000, '3 days'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
})
