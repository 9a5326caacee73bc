import type { Timers } from '../../ports.ts'

/** One timer for the next of many things that are due: setting it later than it is set has no effect. */
export class Alarm {
  private readonly timers: Pick<Timers, 'after'>
  private readonly ring: () => void
  private set: { readonly at: number; readonly cancel: () => void } | undefined

  constructor(timers: Pick<Timers, 'after'>, ring: () => void) {
    this.timers = timers
    this.ring = ring
  }

  /** Rings once at `at`, in ms of the clock that says `now`; in the next turn at the earliest. Infinity: never. */
  setAt(at: number, now: number): void {
    if (at === Number.POSITIVE_INFINITY || (this.set && this.set.at <= at)) return
    this.set?.cancel()
    const cancel = this.timers.after(Math.max(0, at - now), () => {
      this.set = undefined
      this.ring()
    })
    this.set = { at, cancel }
  }

  clear(): void {
    this.set?.cancel()
    this.set = undefined
  }
}
