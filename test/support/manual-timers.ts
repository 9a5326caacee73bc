import type { Timers } from '../../src-main/engine/ports.ts'

export interface ManualTimers extends Timers {
  /** Runs what is due within the next `ms`, in order of time. */
  advance(ms: number): void
  readonly pending: number
  /** How far they were moved. */
  readonly nowMs: number
}

interface Timer {
  at: number
  readonly everyMs: number | undefined
  readonly work: () => void
}

/** Timers that stand still until the test moves them. */
export function manualTimers(): ManualTimers {
  const timers = new Set<Timer>()
  let now = 0
  const add = (ms: number, everyMs: number | undefined, work: () => void): (() => void) => {
    const timer: Timer = { at: now + ms, everyMs, work }
    timers.add(timer)
    return () => timers.delete(timer)
  }
  return {
    after: (ms, work) => add(ms, undefined, work),
    every: (ms, work) => add(ms, ms, work),
    get nowMs() {
      return now
    },
    get pending() {
      return timers.size
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        now = next.at
        if (next.everyMs === undefined) timers.delete(next)
        else next.at += next.everyMs
        next.work()
      }
      now = end
    },
  }
}
