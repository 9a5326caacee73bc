import { expect, it } from 'vitest'
import { sharedTicks } from '../../src-main/engine/shared-ticks.ts'
import { manualTimers } from '../support/manual-timers.ts'

it('lets everything that repeats at one period share a timer', () => {
  const timers = manualTimers()
  const shared = sharedTicks(timers)
  const calls: string[] = []
  const stops = ['a', 'b', 'c'].map((name) => shared.every(name === 'c' ? 70 : 50, () => calls.push(name)))
  expect(timers.pending).toBe(2)
  timers.advance(100)
  expect(calls).toEqual(['a', 'b', 'c', 'a', 'b'])
  stops[0]?.()
  stops[0]?.()
  timers.advance(40)
  expect(calls.slice(5)).toEqual(['c'])
  timers.advance(10)
  expect(calls.slice(6)).toEqual(['b'])
  for (const stop of stops) stop()
  expect(timers.pending).toBe(0)
})

it('starts anew when everybody had stopped, and lets a call stop itself', () => {
  const timers = manualTimers()
  const shared = sharedTicks(timers)
  let calls = 0
  const stop = shared.every(10, () => {
    calls += 1
    stop()
  })
  timers.advance(30)
  expect([calls, timers.pending]).toEqual([1, 0])
  const again = shared.every(10, () => {
    calls += 1
  })
  stop()
  timers.advance(20)
  expect(calls).toBe(3)
  again()
  expect(timers.pending).toBe(0)
})
