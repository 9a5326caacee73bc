import { expect, test } from 'vitest'
import { startsScreensaver } from '../../src-main/main/screensaver-rule.ts'
import { TestDonor } from '../fixtures/engine/test-donor.ts'

function computing(): TestDonor {
  const donor = new TestDonor()
  donor.setPreferences({ idleSeconds: 1, screensaverSeconds: 5 })
  donor.reportPresence({ kind: 'idle', forMs: 10_000, source: 'test' })
  return donor
}

test('starts after the donor’s time while units run, not before', () => {
  const { state } = computing()
  expect(startsScreensaver(state, 4_000)).toBe(false)
  expect(startsScreensaver(state, 5_000)).toBe(true)
})

test('does not start when the donor does not want it, nothing runs, or nothing is known', () => {
  const unwanted = computing()
  unwanted.setPreferences({ screensaver: false })
  const paused = computing()
  paused.setPaused(true)
  for (const state of [unwanted.state, paused.state, undefined])
    expect(startsScreensaver(state, 60_000)).toBe(false)
})
