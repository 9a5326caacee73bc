import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatArguments,
  formatClock,
  formatCredit,
  formatDuration,
  formatFuel,
  formatPeriod,
  formatUnits,
  percent,
  shorten,
} from '../../../src-renderer/lib/format.ts'

describe('credit', () => {
  it.each([
    [0n, '0'],
    [1n, '< 0.0001'],
    [99_999_999n, '< 0.0001'],
    [100_000_000n, '0.0001'],
    [4_200_000_000n, '0.0042'],
    [999_999_999_999n, '0.9999'],
    [1_000_000_000_000n, '1.00'],
    [12_349_999_999_999n, '12.34'],
    [812_590_000_000_000n, '812.5'],
    [48_112_999_999_999_999n, '48,112'],
    [10n ** 30n, '1,000,000,000,000,000,000'],
  ])('%s fuel reads %s', (fuel, text) => {
    expect(formatCredit(fuel)).toBe(text)
  })

  it('never shows more than there is', () => {
    fc.assert(
      fc.property(fc.bigInt(10n ** 8n, 10n ** 24n), (fuel) => {
        const [whole = '', decimals = ''] = formatCredit(fuel).replaceAll(',', '').split('.')
        const shown = BigInt(whole) * 10n ** 12n + BigInt(decimals.padEnd(12, '0'))
        expect(shown <= fuel).toBe(true)
        expect((fuel - shown) * 100n <= fuel).toBe(true)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('keeps the exact amount for those who ask', () => {
    expect(formatFuel(1_284_000_000_001n)).toBe('1,284,000,000,001 fuel')
  })
})

describe('durations', () => {
  it.each([
    [-5, '0 s'],
    [8_999, '8 s'],
    [60_000, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [3 * 3_600_000 + 20 * 60_000, '3 h 20 min'],
    [52 * 3_600_000, '2 d 4 h'],
  ])('%s ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it.each([
    [1, '1 second'],
    [45, '45 seconds'],
    [90, '90 seconds'],
    [180, '3 minutes'],
    [3600, '1 hour'],
  ])('%s s of a preference reads %s', (seconds, text) => {
    expect(formatPeriod(seconds)).toBe(text)
  })

  it('shows local wall time', () => {
    expect(formatClock(new Date(2026, 10, 22, 9, 5))).toBe('09:05')
  })
})

it('says 100 per cent only for a finished unit', () => {
  expect(percent(0.999)).toBe(99)
  expect(percent(1)).toBe(100)
  expect(percent(7)).toBe(100)
  expect(percent(-1)).toBe(0)
})

it('counts units in words', () => {
  expect(formatUnits(1)).toBe('1 unit')
  expect(formatUnits(0)).toBe('0 units')
  expect(formatUnits(12_345)).toBe('12,345 units')
})

it('says that there are no arguments', () => {
  expect(formatArguments([])).toBe('no arguments')
  expect(formatArguments(['count', '5'])).toBe('count 5')
})

it('shortens from the middle, to exactly the room there is', () => {
  expect(shorten('abcdefghij', 10)).toBe('abcdefghij')
  expect(shorten('abcdefghijk', 10)).toBe('abcde…hijk')
  expect(shorten('abcdefghijk', 10)).toHaveLength(10)
})
