import { expect, it } from 'vitest'
import { Alarm } from '../../../../src-main/engine/roles/donor/alarm.ts'
import { manualTimers, type ManualTimers } from '../../../support/manual-timers.ts'

function alarmed(): { timers: ManualTimers; alarm: Alarm; rung: number[] } {
  const timers = manualTimers()
  const rung: number[] = []
  return { timers, rung, alarm: new Alarm(timers, () => void rung.push(timers.nowMs)) }
}

it('rings once, at the earliest time that it was set to', () => {
  const { timers, alarm, rung } = alarmed()
  alarm.setAt(500, 0)
  alarm.setAt(200, 0)
  alarm.setAt(900, 0)
  timers.advance(2_000)
  expect(rung).toEqual([200])
  expect(timers.pending).toBe(0)
})

it('can be set again when it rang, and keeps no timer for what is never due', () => {
  const { timers, alarm, rung } = alarmed()
  alarm.setAt(10, 0)
  timers.advance(20)
  alarm.setAt(Number.POSITIVE_INFINITY, 20)
  expect(timers.pending).toBe(0)
  alarm.setAt(15, 20)
  timers.advance(0)
  expect(rung).toEqual([10, 20])
})

it('is silent once it is cleared', () => {
  const { timers, alarm, rung } = alarmed()
  alarm.setAt(10, 0)
  alarm.clear()
  timers.advance(20)
  expect(rung).toEqual([])
})
