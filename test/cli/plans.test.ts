import { describe, expect, it } from 'vitest'
import { parseDeadline, parsePriority } from '../../src-main/cli/plans.ts'

describe('--priority', () => {
  it('takes whole numbers on both sides of nothing', () => {
    expect(['0', '7', '-1000'].map(parsePriority)).toEqual([0, 7, -1000])
  })

  it.each(['', '1.5', '1001', '--1', 'high'])('refuses %j', (text) => {
    expect(() => parsePriority(text)).toThrow(/--priority takes a whole number/)
  })
})

describe('--deadline', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')

  it('takes a date, which lasts until its end, and a time, with a zone or without', () => {
    expect(parseDeadline('2026-12-01T10:00Z', now)).toBe(Date.parse('2026-12-01T10:00:00Z'))
    expect(parseDeadline('2026-12-01', now)).toBe(new Date(2026, 11, 1, 23, 59, 59).getTime())
    expect(parseDeadline(undefined, now)).toBeUndefined()
  })

  it.each([
    ['soon', /takes a date/],
    ['1', /takes a date/],
    ['2026-13-01', /takes a date/],
    ['2026-11-21', /is over/],
  ])('refuses %j', (text, why) => {
    expect(() => parseDeadline(text, now)).toThrow(why)
  })
})
