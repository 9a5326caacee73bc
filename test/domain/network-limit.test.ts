import { expect, it } from 'vitest'
import { addTraffic, networkUse, type DayTraffic } from '../../src-main/domain/network-limit.ts'

const before: DayTraffic = { day: '2026-11-22', receivedBytes: 70, sentBytes: 30 }
const passed = { receivedBytes: 5, sentBytes: 1 }

it('adds up a day, and begins anew with the next', () => {
  expect(addTraffic(before, '2026-11-22', passed)).toEqual({
    day: '2026-11-22',
    receivedBytes: 75,
    sentBytes: 31,
  })
  expect(addTraffic(before, '2026-11-23', passed)).toEqual({ day: '2026-11-23', ...passed })
})

it('gives no second limit when the clock is put back, and none for a year when it had been wrong by one', () => {
  const back = addTraffic({ ...before, day: '2027-11-22' }, '2026-11-22', passed)
  expect(back).toEqual({ day: '2026-11-22', receivedBytes: 75, sentBytes: 31 })
  expect(addTraffic(back, '2026-11-23', passed).receivedBytes).toBe(5)
})

it.each([
  [0, 10_000, 'all'],
  [100, 99.9, 'all'],
  [100, 100, 'results-only'],
  [100, 109.9, 'results-only'],
  [100, 110, 'none'],
])('of %d MB a day, %d MB used leave: %s', (limitMB, usedMB, use) => {
  const half = (usedMB / 2) * 1_000_000
  expect(networkUse({ day: '2026-11-22', receivedBytes: half, sentBytes: half }, limitMB)).toBe(use)
})
