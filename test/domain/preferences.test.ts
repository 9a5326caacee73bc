import { describe, expect, it } from 'vitest'
import { DEFAULT_PREFERENCES, parsePreferences } from '../../src-main/domain/preferences.ts'

describe('preferences', () => {
  it('accepts its own defaults', () => {
    expect(parsePreferences(DEFAULT_PREFERENCES)).toEqual(DEFAULT_PREFERENCES)
  })

  it.each([
    [{ idleMinuts: 3 }, "'idleMinuts'"],
    [{ idleSeconds: 0 }, "'idleSeconds'"],
    [{ idleSeconds: 1.5 }, "'idleSeconds'"],
    [{ idleSeconds: '3' }, "'idleSeconds'"],
    [{ cpuSharePercent: 101 }, "'cpuSharePercent'"],
    [{ workBufferHours: 7 }, "'workBufferHours'"],
    [{ runWhen: 'sometimes' }, "'runWhen'"],
    [{ screensaver: 1 }, "'screensaver'"],
    [{ toString: 1 }, "'toString'"],
  ])('refuses %j and names the key', (raw, key) => {
    expect(() => parsePreferences(raw)).toThrow(expect.objectContaining({ code: 'bad-preference' }))
    expect(() => parsePreferences(raw)).toThrow(key)
  })

  it.each([[null], [[]], ['idle'], [3]])('refuses %j as a whole', (raw) => {
    expect(() => parsePreferences(raw)).toThrow(expect.objectContaining({ code: 'bad-preference' }))
  })
})
