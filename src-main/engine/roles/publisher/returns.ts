import type { Clock } from '../../../domain/clock.ts'
import { isJustBack, lookAgain, started, type Return, type Sight } from '../../../domain/publisher-return.ts'

/** Knows whether this publisher came back to its donors just now: from a stop, from sleep, or to a network. */
export class Returns {
  private readonly clock: Clock
  private readonly donorsConnected: () => number
  private latest: Return

  constructor(clock: Clock, donorsConnected: () => number) {
    this.clock = clock
    this.donorsConnected = donorsConnected
    this.latest = started(this.sight())
  }

  /** It serves from now on. */
  started(): void {
    this.latest = started(this.sight())
  }

  /** Call it every second, and when donors come or go: longer gaps count as sleep. */
  look(): void {
    this.latest = lookAgain(this.latest, this.sight())
  }

  get isJustBack(): boolean {
    this.look()
    return isJustBack(this.latest)
  }

  private sight(): Sight {
    const { clock } = this
    return { now: clock.now(), monotonicMs: clock.monotonicMs(), donors: this.donorsConnected() }
  }
}
