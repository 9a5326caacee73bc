/** 2000-01-01T00:00:00Z: where every unit's calendar begins. */
export const EPOCH_NS = 946_684_800_000_000_000n

/** More than any unit sleeps. Far below the end of a 64-bit nanosecond count: sums of a time and a sleep never wrap. */
export const LATEST_NS = 1n << 62n

const CLOCKS = { realtime: 0, monotonic: 1, processCpu: 2, threadCpu: 3 } as const

/**
 * Time as a unit sees it: one nanosecond per fuel, plus what it slept. Equal on every donor, whatever its speed,
 * pauses or load. Sleeping earns nothing and takes no real time.
 */
export class VirtualClock {
  readonly #fuelUsed: () => bigint
  #sleptNs = 0n

  constructor(fuelUsed: () => bigint) {
    this.#fuelUsed = fuelUsed
  }

  get sleptNs(): bigint {
    return this.#sleptNs
  }

  /** Goes on as if this much had been slept. */
  restore(sleptNs: bigint): void {
    this.#sleptNs = sleptNs
  }

  /** Nanoseconds on a WASI clock; undefined for an unknown clock. */
  read(clockId: number): bigint | undefined {
    switch (clockId >>> 0) {
      case CLOCKS.realtime:
        return this.calendarNs()
      case CLOCKS.monotonic:
        return this.#elapsed()
      case CLOCKS.processCpu:
      case CLOCKS.threadCpu:
        return this.#fuelUsed()
      default:
        return undefined
    }
  }

  /** The realtime clock. */
  calendarNs(): bigint {
    return EPOCH_NS + this.#elapsed()
  }

  /** Moves the clock on at once; saturates after about 146 years. */
  sleep(ns: bigint): void {
    this.#sleptNs += ns
    if (this.#sleptNs > LATEST_NS) this.#sleptNs = LATEST_NS
  }

  #elapsed(): bigint {
    return this.#fuelUsed() + this.#sleptNs
  }
}
