import type { Beat } from '../../contracts/slot.ts'

/**
 * Memory that the slot's main thread and its runner thread share, because the runner answers no messages while a
 * unit runs. 32-bit words, then one 64-bit count; every access is atomic.
 *
 *   word 0  command    written by main    even: run, odd: pause. Grows by one at every change, so that the runner's
 *                                         report "parked for command 7" cannot be mistaken for an older pause
 *   word 1  cpu share  written by main    parts in 10,000
 *   word 2  phase      written by runner  index into PHASES
 *   word 3  ticks      written by runner  of the current unit; wraps at 2^32
 *   word 4  fraction   written by runner  parts in 1,000,000; −1: never reported
 *   word 5  parked     written by runner  the command that it is parked for; 0: not parked
 *   word 6  request    written by main    number of the snapshot that is asked for; 0: none
 *   word 7  within     written by main    ms in which the runner may look for a place to make it
 *   word 8  asked      written by main    the command that came with the request
 *   byte 40 fuel       written by runner  settled at the last tick
 *
 * The runner waits on word 0, for a resume and for the end of a throttling sleep alike.
 */
const COMMAND = 0
const CPU_SHARE = 1
const PHASE = 2
const TICKS = 3
const FRACTION = 4
const PARKED = 5
const REQUEST = 6
const WITHIN = 7
const ASKED = 8
const FUEL_BYTE = 40
const CONTROL_BYTES = 48

const SHARE_PARTS = 10_000
const FRACTION_PARTS = 1_000_000
const PHASES = ['preparing', 'running', 'paused'] as const satisfies readonly Phase[]
export type Phase = Beat['phase']

export interface RequestedSnapshot {
  /** Counts from 1 on; 0: none is asked for. */
  readonly request: number
  readonly withinMs: number
  readonly command: number
}

export class Control {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #fuel: BigInt64Array<SharedArrayBuffer>

  /** Without a buffer, makes a new one: full speed, not paused. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(CONTROL_BYTES)
    this.#words = new Int32Array(this.buffer, 0, FUEL_BYTE / 4)
    this.#fuel = new BigInt64Array(this.buffer, FUEL_BYTE, 1)
    if (buffer === undefined) {
      this.setCpuShare(1)
      this.beginUnit()
    }
  }

  // main's side

  /** Asks the runner to park at its next tick; returns the command that it will report. Idempotent. */
  requestPause(): number {
    return this.#setCommand(1)
  }

  requestResume(): void {
    this.#setCommand(0)
  }

  /**
   * Asks the running unit for a snapshot, also a parked one, which wakes for it: the command grows by two, so that its
   * wait ends and it means what it did.
   */
  requestSnapshot(request: number, withinMs: number): void {
    const next = (Atomics.load(this.#words, COMMAND) + 2) | 0
    Atomics.store(this.#words, WITHIN, withinMs)
    Atomics.store(this.#words, ASKED, next)
    // Before the command: a runner that has seen the one and not the other looks again before it waits.
    Atomics.store(this.#words, REQUEST, request)
    Atomics.store(this.#words, COMMAND, next)
    Atomics.notify(this.#words, COMMAND)
  }

  /** Whether the runner has stopped for this very command. */
  isParkedFor(command: number): boolean {
    return Atomics.load(this.#words, PARKED) === command
  }

  /** `share` 0..1; a sleep that has begun is finished first. */
  setCpuShare(share: number): void {
    Atomics.store(this.#words, CPU_SHARE, Math.max(1, Math.round(share * SHARE_PARTS)))
  }

  /** Forgets the last unit. Only while the runner is idle. */
  beginUnit(): void {
    this.setPhase('preparing')
    Atomics.store(this.#words, TICKS, 0)
    Atomics.store(this.#words, FRACTION, -1)
    Atomics.store(this.#words, REQUEST, 0)
    Atomics.store(this.#fuel, 0, 0n)
  }

  read(): Omit<Beat, 'run'> {
    const parts = Atomics.load(this.#words, FRACTION)
    return {
      phase: PHASES[Atomics.load(this.#words, PHASE)] ?? 'preparing',
      fuel: Atomics.load(this.#fuel, 0),
      ticks: Atomics.load(this.#words, TICKS) >>> 0,
      ...(parts < 0 ? {} : { fraction: parts / FRACTION_PARTS }),
    }
  }

  // the runner's side

  get command(): number {
    return Atomics.load(this.#words, COMMAND)
  }

  get cpuShare(): number {
    return Atomics.load(this.#words, CPU_SHARE) / SHARE_PARTS
  }

  /** To be read behind `command`; see {@link requestSnapshot}. */
  get requestedSnapshot(): RequestedSnapshot {
    const request = Atomics.load(this.#words, REQUEST)
    if (request === 0) return NOT_REQUESTED
    const withinMs = Atomics.load(this.#words, WITHIN)
    return { request, withinMs, command: Atomics.load(this.#words, ASKED) }
  }

  /** Blocks the thread until the command is another than `seen`, at most `ms`. */
  waitForChange(seen: number, ms = Infinity): void {
    Atomics.wait(this.#words, COMMAND, seen, ms)
  }

  setPhase(phase: Phase): void {
    Atomics.store(this.#words, PHASE, PHASES.indexOf(phase))
  }

  /** `command` — the one that is obeyed, or undefined when the thread goes on. */
  setParked(command: number | undefined): void {
    Atomics.store(this.#words, PARKED, command ?? 0)
    this.setPhase(command === undefined ? 'running' : 'paused')
  }

  recordTick(fuel: bigint): void {
    Atomics.store(this.#fuel, 0, fuel)
    Atomics.add(this.#words, TICKS, 1)
  }

  /** Clamped to 0..1; what is not a number is ignored. */
  setFraction(fraction: number): void {
    if (Number.isNaN(fraction)) return
    const parts = Math.round(Math.min(1, Math.max(0, fraction)) * FRACTION_PARTS)
    Atomics.store(this.#words, FRACTION, parts)
  }

  #setCommand(parity: 0 | 1): number {
    const now = Atomics.load(this.#words, COMMAND)
    if ((now & 1) === parity) return now
    const next = (now + 1) | 0
    Atomics.store(this.#words, COMMAND, next)
    Atomics.notify(this.#words, COMMAND)
    return next
  }
}

const NOT_REQUESTED: RequestedSnapshot = { request: 0, withinMs: 0, command: 0 }

export function asksForPause(command: number): boolean {
  return (command & 1) === 1
}
