import type { Calls } from '../../../contracts/rpc.ts'
import type { Beat, LoadedModule, LoadModule, SlotSchema } from '../../../contracts/slot.ts'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Slot } from '../../ports.ts'
import { takeSnapshot } from './take-snapshot.ts'

/** What a host knows how to do with one slot process. */
export interface SlotLink {
  readonly slot: number
  readonly pid: number
  /** Rejects with `peer-gone` when the process is gone. */
  readonly program: Calls<SlotSchema>
  onBeat(listener: (beat: Beat) => void): () => void
  /** Calls back once, at once if the process is gone already. */
  onClosed(listener: (reason: string) => void): () => void
  /** Ends the process at once; resolves when it is gone. */
  kill(): Promise<void>
}

export interface Watch {
  every(ms: number, work: () => void): () => void
  readonly silenceMs: number
}

const WATCH_MS = 1_000

/** Loads of modules with checkpoints are silent longer: seconds of work even where nothing else runs. */
const CHECKPOINT_PATIENCE = 4

const REAL_WATCH: Watch = {
  every: (ms, work) => {
    const timer = setInterval(work, ms).unref()
    return () => clearInterval(timer)
  },
  silenceMs: LIMITS.heartbeatSilenceMs,
}

/**
 * Adds the watchdog to a slot: a process that owes an answer to `load` or `run` and shows no sign of life for
 * `silenceMs` is killed. Signs of life are a tick of the unit and being paused.
 *
 * Silence is counted in rounds of the timer, not read from a clock: when this process itself was stopped or busy, the
 * beats it missed are still waiting to be read.
 *
 * A pending call rejects with `slot-failed` when the process died by itself or by the watchdog, and with `peer-gone`
 * when the caller killed it; later calls reject with `peer-gone`.
 */
export function watchedSlot(link: SlotLink, watch: Watch = REAL_WATCH): Slot {
  const { program } = link
  let owed = 0
  let silentMs = 0
  /** Loads with checkpoints that are under way. */
  let longLoads = 0
  let ticks = -1
  let killedByCaller = false
  let verdict: string | undefined
  let closedReason: string | undefined

  const stopWatching = watch.every(WATCH_MS, () => {
    if (owed === 0 || verdict !== undefined) return
    silentMs += WATCH_MS
    const allowedMs = watch.silenceMs * (longLoads > 0 ? CHECKPOINT_PATIENCE : 1)
    if (silentMs < allowedMs) return
    verdict = `no sign of life for ${String(allowedMs)} ms`
    void link.kill()
  })
  link.onBeat((beat) => {
    if (beat.phase === 'paused' || beat.ticks !== ticks) silentMs = 0
    ticks = beat.ticks
  })
  link.onClosed((reason) => {
    closedReason = verdict ?? reason
    stopWatching()
  })

  const whileOwed = async <T>(call: () => Promise<T>): Promise<T> => {
    const alreadyClosed = closedReason !== undefined
    if (owed === 0) silentMs = 0
    owed += 1
    try {
      return await call()
    } catch (error) {
      if (errorCode(error) !== 'peer-gone' || alreadyClosed || killedByCaller) throw error
      const reason = verdict ?? closedReason ?? 'its process is gone'
      throw new PowerswarmError('slot-failed', `slot ${String(link.slot)} failed: ${reason}`, {
        cause: error,
      })
    } finally {
      owed -= 1
    }
  }
  const longLoad = async (load: LoadModule): Promise<LoadedModule> => {
    longLoads += 1
    try {
      return await whileOwed(() => program.load(load))
    } finally {
      longLoads -= 1
      silentMs = 0
    }
  }
  return {
    slot: link.slot,
    pid: link.pid,
    load: (load) => (load.module.checkpoint === true ? longLoad(load) : whileOwed(() => program.load(load))),
    run: (unit) => whileOwed(() => program.run(unit)),
    pause: () => program.pause(),
    resume: () => program.resume(),
    throttle: (cpuShare) => program.throttle({ cpuShare }),
    snapshot: (withinMs) => takeSnapshot(program, withinMs),
    kill: () => {
      killedByCaller = true
      return link.kill()
    },
    onBeat: (listener) => link.onBeat(listener),
    onClosed: (listener) => link.onClosed((reason) => listener(verdict ?? reason)),
  }
}
