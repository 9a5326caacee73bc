import { asksForPause, type Control } from '../control.ts'

export interface SnapshotSearchInit {
  readonly control: Control
  monotonicMs(): number
  /** Answers request number `request`; without bytes when no snapshot could be made. Called once for each; the bytes are its own. */
  onAnswer(request: number, bytes?: Uint8Array<ArrayBuffer>): void
}

/**
 * A running unit's side of `snapshot`: a request is looked for at every tick, and then a safe point until its time is up.
 *
 *           request               safe point, time up, a later pause
 *   idle ────────────▶ searching ────────────────────────────────────▶ idle
 *
 * While it lasts, a pause that was asked for before it waits; one that comes later ends it at once, because there is a
 * person at the machine.
 */
export class SnapshotSearch {
  readonly #init: SnapshotSearchInit
  #seen = 0
  #current: { readonly request: number; readonly command: number; readonly untilMs: number } | undefined

  constructor(init: SnapshotSearchInit) {
    this.#init = init
  }

  get isSearching(): boolean {
    return this.#current !== undefined
  }

  /** Looks for a new request, and whether the last one is over; `now` is the command that was read last. */
  look(now: number): void {
    const { control } = this.#init
    const { request, command, withinMs } = control.requestedSnapshot
    if (request !== 0 && request !== this.#seen) {
      this.answer(undefined)
      this.#seen = request
      this.#current = { request, command, untilMs: this.#init.monotonicMs() + withinMs }
    }
    const current = this.#current
    if (current === undefined) return
    if (isPausedSince(current, now) || this.#init.monotonicMs() > current.untilMs) this.answer(undefined)
  }

  /**
   * Whether what was found is still wanted while it is being made into a snapshot: nobody has asked for a pause since. Its
   * time was for the search.
   */
  isStillWanted(now: number): boolean {
    return this.#current !== undefined && !isPausedSince(this.#current, now)
  }

  /** Ends the search that is going on, if one is. */
  answer(bytes: Uint8Array<ArrayBuffer> | undefined): void {
    const current = this.#current
    if (current === undefined) return
    this.#current = undefined
    if (bytes === undefined) this.#init.onAnswer(current.request)
    else this.#init.onAnswer(current.request, bytes)
  }
}

function isPausedSince({ command }: { readonly command: number }, now: number): boolean {
  return asksForPause(now) && ((now - command) | 0) > 0
}
