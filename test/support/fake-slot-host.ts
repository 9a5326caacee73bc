import type { Beat, LoadModule, RunUnit } from '../../src-main/contracts/slot.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'

/** One slot whose units end when the test says so. */
export interface FakeSlot extends Slot {
  readonly loads: LoadModule[]
  readonly runs: RunUnit[]
  readonly paused: boolean
  readonly killed: boolean
  /** `withinMs` of each snapshot that was asked for. */
  readonly snapshots: number[]
  /** Ends the unit at work. */
  end(run: UnitRun): void
  /** The unit at work cannot be run. */
  fail(error: PowerswarmError): void
  /** Reports on the last unit. */
  beat(beat: Partial<Beat>): void
  /** The process dies. */
  die(): void
}

export interface FakeSlotHost extends SlotHost {
  readonly slots: FakeSlot[]
  /** Set to refuse the next loads. */
  refuse: PowerswarmError | undefined
  /** Set to let the next loads take for ever, and the next pauses. */
  holdsLoads: boolean
  holdsPauses: boolean
  /** What slots give as the snapshot of the unit at work; undefined: there is no safe point. Set to let them hang. */
  snapshot: Uint8Array | undefined
  holdsSnapshots: boolean
}

/** Slots in memory. They obey orders at once and record them. */
export function fakeSlotHost(): FakeSlotHost {
  const host: FakeSlotHost = {
    isolation: { sandboxed: true, note: 'fake' },
    slots: [],
    refuse: undefined,
    holdsLoads: false,
    holdsPauses: false,
    snapshot: undefined,
    holdsSnapshots: false,
    open: (slot) => {
      const made = fakeSlot(slot, host)
      host.slots.push(made)
      return Promise.resolve(made)
    },
    close: () => Promise.resolve(),
  }
  return host
}

function fakeSlot(slot: number, host: FakeSlotHost): FakeSlot {
  const closers = new Set<(reason: string) => void>()
  let settle: { resolve(run: UnitRun): void; reject(error: Error): void } | undefined
  const held: ((error: Error) => void)[] = []
  const beatListeners = new Set<(beat: Beat) => void>()
  let paused = false
  let killed = false
  const die = (): void => {
    const gone = new PowerswarmError('peer-gone', 'slot gone')
    settle?.reject(gone)
    settle = undefined
    for (const reject of held.splice(0)) reject(gone)
    for (const closer of closers) closer('gone')
    closers.clear()
  }
  const made: FakeSlot = {
    slot,
    pid: 1000 + slot,
    loads: [],
    runs: [],
    get paused() {
      return paused
    },
    get killed() {
      return killed
    },
    load: (load) => {
      const error = host.refuse
      if (error) return Promise.reject(error)
      made.loads.push(load)
      if (host.holdsLoads) return new Promise((_resolve, reject) => held.push(reject))
      return Promise.resolve({
        rewrittenHash: load.rewrittenHash!,
        permissions: undefined as never,
        prepareMs: 1,
      })
    },
    run: (unit) => {
      made.runs.push(unit)
      return new Promise((resolve, reject) => {
        settle = { resolve, reject }
      })
    },
    pause: () => {
      if (host.holdsPauses) return new Promise((_resolve, reject) => held.push(reject))
      paused = true
      return Promise.resolve()
    },
    resume: () => {
      paused = false
      return Promise.resolve()
    },
    throttle: () => Promise.resolve(),
    snapshots: [],
    snapshot: (withinMs) => {
      made.snapshots.push(withinMs)
      if (host.holdsSnapshots) return new Promise((_resolve, reject) => held.push(reject))
      const unit = settle && made.runs.at(-1)
      return Promise.resolve(unit && host.snapshot ? { run: unit.run, bytes: host.snapshot } : { run: 0 })
    },
    kill: () => {
      killed = true
      die()
      return Promise.resolve()
    },
    onBeat: (listener) => {
      beatListeners.add(listener)
      return () => beatListeners.delete(listener)
    },
    onClosed: (listener) => {
      closers.add(listener)
      return () => closers.delete(listener)
    },
    end: (run) => {
      settle?.resolve(run)
      settle = undefined
    },
    fail: (error) => {
      settle?.reject(error)
      settle = undefined
    },
    beat: (beat) => {
      const { run } = made.runs.at(-1)!
      for (const listener of beatListeners) listener({ run, phase: 'running', fuel: 0n, ticks: 1, ...beat })
    },
    die,
  }
  return made
}
