/** Movement during the first moments belongs to whatever started the screensaver. */
export const GRACE_MS = 500
/** A table that shakes is not a person who returns. */
export const TRAVEL_PX = 8

/** Tells a returning person from a trembling pointer. Times are milliseconds of one monotonic clock. */
export class Dismissal {
  readonly #openedAt: number
  #origin: { readonly x: number; readonly y: number } | undefined

  constructor(openedAt: number) {
    this.#openedAt = openedAt
  }

  /** Whether the pointer, now at (x, y) CSS pixels, has travelled far enough since the end of the grace. */
  pointerAt(x: number, y: number, now: number): boolean {
    if (this.#origin === undefined || this.#inGrace(now)) {
      this.#origin = { x, y }
      return false
    }
    return Math.hypot(x - this.#origin.x, y - this.#origin.y) > TRAVEL_PX
  }

  /** A wheel may still be spinning down when the screensaver opens. */
  wheel(now: number): boolean {
    return !this.#inGrace(now)
  }

  /** `repeated`: the key has been held since before. */
  key(repeated: boolean): boolean {
    return !repeated
  }

  #inGrace(now: number): boolean {
    return now - this.#openedAt < GRACE_MS
  }
}
