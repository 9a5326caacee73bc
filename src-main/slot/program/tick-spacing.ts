/**
 * Time that is aimed at between two ticks. A pause waits for half of it on average; a tick itself takes less than a
 * hundredth of it.
 */
const SPACING_MS = 0.15
const LEAST_FUEL = 1 << 12
const MOST_FUEL = 1 << 26
/** Two milliseconds of the slowest programs: nothing is known of the unit yet, and four ticks later it is right. */
const FIRST_FUEL = 1 << 16

/**
 * How much fuel lies between two ticks. A fuel may take a sixteenth of a nanosecond in a dense loop and ten nanoseconds
 * where every instruction misses the caches, so the quantum follows the program. Fuel itself does not depend on it.
 */
export class TickSpacing {
  #fuel = FIRST_FUEL

  get quantum(): bigint {
    return BigInt(this.#fuel)
  }

  /** The last quantum took this long. A thread that was not scheduled for a while slows its ticks down only briefly. */
  took(ms: number): void {
    const factor = Math.min(2, Math.max(0.25, SPACING_MS / Math.max(ms, 0.001)))
    this.#fuel = Math.round(Math.min(MOST_FUEL, Math.max(LEAST_FUEL, this.#fuel * factor)))
  }
}
