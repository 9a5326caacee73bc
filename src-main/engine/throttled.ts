import type { Timers } from './ports.ts'

/**
 * Makes a function that runs `work` at once and then at most once per `everyMs`; calls in between are one call at
 * the end of the interval. `stop` drops what is still due.
 */
export function throttled(timers: Timers, everyMs: number, work: () => void): { poke(): void; stop(): void } {
  let cancel: (() => void) | undefined
  let due = false
  const run = (): void => {
    due = false
    cancel = timers.after(everyMs, () => {
      cancel = undefined
      if (due) run()
    })
    work()
  }
  return {
    poke() {
      if (cancel) due = true
      else run()
    },
    stop() {
      cancel?.()
      cancel = undefined
      due = false
    },
  }
}
