import { asksForPause, type Control, type Phase } from './control.ts'
import type { SnapshotSearch } from './snapshot/snapshot-search.ts'
import { TickSpacing } from './tick-spacing.ts'
import { UnitEnd } from './unit-end.ts'

/** Shorter sleeps are saved up: a thread cannot sleep for less than a scheduler's tick with any precision. */
const MIN_SLEEP_MS = 4
/** No sleep is longer, so that a change of share is felt soon and a machine that slept is not punished for it. */
const MAX_SLEEP_MS = 500

export interface PacerInit {
  readonly control: Control
  monotonicMs(): number
  /** Wall time that the unit may take, pauses and throttling not counted. */
  readonly wallMs: number
  /** What it has taken already, in another slot. */
  readonly computedMs?: number
  /** Of a unit that can be saved: its pauses wait until it is. */
  readonly search?: SnapshotSearch
  /** The phase changed on behalf of `command`. */
  onPhase(phase: Phase, command: number): void
}

/** Blocks a running unit's thread: while it is paused, and for a share of the time while it is throttled. */
export class Pacer {
  readonly #init: PacerInit
  readonly #spacing = new TickSpacing()
  #resumedAtMs = 0
  #computedMs: number
  /** Sleep owed; negative after a sleep that lasted too long. */
  #owedMs = 0

  constructor(init: PacerInit) {
    this.#init = init
    this.#computedMs = init.computedMs ?? 0
  }

  /** Wall time that the unit has computed, up to its last tick. */
  get computedMs(): number {
    return this.#computedMs
  }

  /** Fuel until the next tick. */
  get quantum(): bigint {
    return this.#spacing.quantum
  }

  /** Parks first if a pause was asked for before the unit began. */
  start(): void {
    this.#init.control.setPhase('running')
    this.#init.onPhase('running', this.#init.control.command)
    this.goOn()
  }

  /** The unit was left for a snapshot and is about to go on; or parks, if it was woken for that alone. */
  goOn(): void {
    this.#park()
    this.#resumedAtMs = this.#init.monotonicMs()
  }

  /** Ends the unit with `timeout` when it has computed for too long. */
  tick(fuel: bigint): void {
    const { control, wallMs } = this.#init
    control.recordTick(fuel)
    const nowMs = this.#init.monotonicMs()
    const workedMs = nowMs - this.#resumedAtMs
    this.#spacing.took(workedMs)
    this.#computedMs += workedMs
    if (this.#computedMs > wallMs)
      throw new UnitEnd('timeout', `the unit computed for more than ${String(wallMs)} ms`)
    // Looking at the clock is the dearest part of a tick.
    const slept = this.#throttle(workedMs)
    const parked = this.#park()
    this.#resumedAtMs = slept || parked ? this.#init.monotonicMs() : nowMs
  }

  /** Returns whether it slept. */
  #throttle(workedMs: number): boolean {
    const { control } = this.#init
    const share = control.cpuShare
    if (share >= 1) {
      this.#owedMs = 0
      return false
    }
    this.#owedMs = Math.min(this.#owedMs + workedMs * (1 / share - 1), MAX_SLEEP_MS)
    const command = control.command
    if (this.#owedMs < MIN_SLEEP_MS || asksForPause(command)) return false
    const asleepAtMs = this.#init.monotonicMs()
    control.waitForChange(command, this.#owedMs)
    this.#owedMs -= this.#init.monotonicMs() - asleepAtMs
    return true
  }

  /** Returns whether it was parked. */
  #park(): boolean {
    const { control } = this.#init
    let command = control.command
    if (!this.#mustPark(command)) return false
    while (this.#mustPark(command)) {
      control.setParked(command)
      this.#init.onPhase('paused', command)
      control.waitForChange(command)
      command = control.command
    }
    control.setParked(undefined)
    this.#init.onPhase('running', command)
    return true
  }

  /** `command` must have been read before: a request for a snapshot that comes later ends the wait. */
  #mustPark(command: number): boolean {
    this.#init.search?.look(command)
    return asksForPause(command) && this.#init.search?.isSearching !== true
  }
}
