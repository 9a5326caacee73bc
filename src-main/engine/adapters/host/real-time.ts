import { performance } from 'node:perf_hooks'
import type { Clock } from '../../../domain/clock.ts'
import type { Timers } from '../../ports.ts'

export const realClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() }

export const realTimers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => {
      clearTimeout(timer)
    }
  },
  every(ms, work) {
    const timer = setInterval(work, ms)
    return () => {
      clearInterval(timer)
    }
  },
}
