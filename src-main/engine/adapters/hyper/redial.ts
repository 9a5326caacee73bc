import { LIMITS } from '../../../domain/limits.ts'
import type { Timers } from '../../ports.ts'

export interface RedialInit {
  readonly timers: Timers
  /** From 0 up to 1; spreads donors that lost the publisher at the same moment. */
  random(): number
  dial(): void
}

/**
 * Dials at once and then every 5 s, after a few minutes backed off to a little more than one a minute, until told to stop. The swarm's own
 * retries give up.
 */
export class Redial {
  readonly #init: RedialInit
  #delayMs: number = LIMITS.redialMs
  #passedMs = 0
  #cancel: (() => void) | undefined

  constructor(init: RedialInit) {
    this.#init = init
  }

  /** Starts from the shortest delay; no effect while it runs. */
  start(): void {
    if (this.#cancel) return
    this.#delayMs = LIMITS.redialMs
    this.#passedMs = 0
    this.#dial()
  }

  /** Whoever answered wants no calls for now: the next dial is this much later, in place of the one that was due. */
  rest(delayMs: number): void {
    this.stop()
    this.#delayMs = delayMs
    this.#wait()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #dial(): void {
    this.#wait()
    this.#init.dial()
  }

  #wait(): void {
    const jittered = this.#delayMs * (0.75 + this.#init.random() / 2)
    this.#cancel = this.#init.timers.after(jittered, () => {
      this.#passedMs += jittered
      if (this.#passedMs >= LIMITS.redialSteadyMs)
        this.#delayMs = Math.min(2 * this.#delayMs, LIMITS.redialMaxMs)
      this.#dial()
    })
  }
}
