import type { Timers } from './ports.ts'

/**
 * The same timers, but all that repeat at one period share one: thousands of connections that each look after
 * themselves twice a second cost more by their timers than by what they look at. The first call may come early.
 */
export function sharedTicks(timers: Timers): Timers {
  const periods = new Map<number, { readonly works: Set<() => void>; readonly stop: () => void }>()
  return {
    after: (ms, work) => timers.after(ms, work),
    every(ms, work) {
      let period = periods.get(ms)
      if (!period) {
        const works = new Set<() => void>()
        const stop = timers.every(ms, () => {
          for (const each of [...works]) each()
        })
        periods.set(ms, (period = { works, stop }))
      }
      const { works, stop } = period
      // The same function may be there twice.
      const own = (): void => {
        work()
      }
      works.add(own)
      return () => {
        works.delete(own)
        if (works.size > 0 || periods.get(ms)?.works !== works) return
        periods.delete(ms)
        stop()
      }
    },
  }
}
