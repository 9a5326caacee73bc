import type { Timers } from './ports.ts'

/**
 * Makes a function that runs `work` as soon as what goes on now is over, then at most once per `everyMs`; calls in
 * between are one call at the end of the interval. `stop` drops what is still due.
 */
export function throttled(timers: Timers, everyMs: number, work: () => void): { poke(): void; stop(): void } {
  let cancel: (() => void) | undefined
  let due = false
  const end = (): void => {
    cancel = undefined
    if (!due) return
    due = false
    cancel = timers.after(everyMs, end)
    work()
  }
  return {
    poke() {
      due = true
      cancel ??= timers.after(0, end)
    },
    stop() {
      cancel?.()
      cancel = undefined
      due = false
    },
  }
}
