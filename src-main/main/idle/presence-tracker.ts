import type { Presence } from '../../domain/presence.ts'
import type { Scheduler } from '../scheduler.ts'

/** Tells how long ago the last input was. */
export interface IdleSource {
  /** For the person: `X11`, `GNOME`. */
  readonly name: string
  /** Whole seconds; undefined when this desktop gives no answer that can be trusted. */
  idleSeconds(): number | undefined
}

export interface TrackerComponents {
  readonly source: IdleSource
  readonly scheduler: Scheduler
  /** Every presence the engine should know. */
  readonly report: (presence: Presence) => void
  /** Somebody has just used the machine. */
  readonly inputSeen: () => void
  /** The idle time as it grows, in milliseconds; not while the screen is locked. */
  readonly idleFor: (forMs: number) => void
}

/** Watches for input: closely while units run, once a second while none does. */
export interface PresenceTracker {
  start(): void
  stop(): void
  /** Whether units run now. */
  setComputing(computing: boolean): void
  /** A locked screen counts as away: what happens at the lock is not use. */
  setLocked(locked: boolean): void
}

/**
 * Input must reach the slots within 150 ms, this included; the rest takes two. Each look asks the display server: at
 * 20 a second they were most of what the app costs beside long units.
 */
const WATCH_MS = 100
const REPORT_MS = 1_000
/** The longest time that the preferences can ask for. */
const AWAY_MS = 86_400_000

export function presenceTracker(components: TrackerComponents): PresenceTracker {
  const { source, scheduler } = components
  let computing = false
  let locked = false
  let started = false
  let last: number | undefined
  let stopTimer: () => void = () => undefined

  const poll = (): void => {
    const seconds = source.idleSeconds()
    const fell = seconds !== undefined && last !== undefined && seconds < last
    const grew = seconds !== undefined && (last === undefined || seconds > last)
    last = seconds
    if (!computing || (fell && !locked)) components.report(presence())
    if (locked || seconds === undefined) return
    if (fell) components.inputSeen()
    else if (grew) components.idleFor(seconds * 1000)
  }
  const presence = (): Presence => {
    if (locked) return { kind: 'idle', forMs: AWAY_MS, source: 'lock screen' }
    if (last === undefined) return { kind: 'unknown', source: source.name }
    return { kind: 'idle', forMs: last * 1000, source: source.name }
  }
  const restartTimer = (): void => {
    stopTimer()
    stopTimer = started ? scheduler.every(computing ? WATCH_MS : REPORT_MS, poll) : () => undefined
  }
  return {
    start() {
      started = true
      restartTimer()
      poll()
    },
    stop() {
      started = false
      restartTimer()
    },
    setComputing(next) {
      if (next === computing) return
      computing = next
      restartTimer()
      if (started) poll()
    },
    setLocked(next) {
      if (next === locked) return
      locked = next
      // To unlock is to be there, whatever the source says about the keys that did it.
      if (!locked && last !== undefined) last = 0
      if (!started) return
      components.report(presence())
      if (!locked) components.inputSeen()
    },
  }
}
