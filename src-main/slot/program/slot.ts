import { connect, serve, type Port } from '../../contracts/rpc.ts'
import { slotRunnerSchema, type SlotRunnerSchema } from '../../contracts/slot-runner.ts'
import {
  slotSchema,
  type RunUnit,
  type SlotSchema,
  type SnapshotRequest,
  type SnapshotStart,
} from '../../contracts/slot.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { UnitRun } from '../../domain/outcome.ts'
import { Control } from './control.ts'

/** A beat tells progress and proves life this often. */
export const BEAT_MS = 1_000

export interface SlotComponents {
  /** To the slot's host. */
  readonly port: Port
  /** Starts the thread that serves the runner's schema on the returned port and obeys this {@link Control}. */
  startRunner(control: SharedArrayBuffer): Port
  /** Calls `work` every `ms`; returns the function that stops it. */
  every(ms: number, work: () => void): () => void
}

/** No unit, no checkpoints, no safe point in time, or too much to save. */
const NO_SNAPSHOT: SnapshotStart = { run: 0 }

interface PendingSnapshot {
  readonly request: number
  readonly answer: Promise<SnapshotStart>
  resolve(snapshot: SnapshotStart): void
}

interface PauseWaiter {
  readonly command: number
  answer(): void
}

/**
 * The slot program's main thread: answers the host at any time, whatever its runner thread is doing.
 *
 *            load              run                    pause
 *   idle ──────────▶ idle ──────────▶ preparing ──▶ running ⇄ paused
 *     ▲                                                │   resume
 *     └────────────────────────────────────────────────┘ ended
 */
export function serveSlot(components: SlotComponents): { close(): void } {
  const control = new Control()
  const runner = connect<SlotRunnerSchema>(slotRunnerSchema, components.startRunner(control.buffer))
  const waiters = new Set<PauseWaiter>()
  let currentRun: number | undefined
  let isSavable = false
  let requests = 0
  let pending: PendingSnapshot | undefined
  /** The last snapshot, as long as not all of it was asked for. */
  let kept: Uint8Array | undefined
  /** The runner's last job; settles when it has nothing to do. */
  let lastJob: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const turn = lastJob.then(job)
    lastJob = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }
  const beat = (): void => {
    if (currentRun !== undefined) server.notify('beat', { run: currentRun, ...control.read() })
  }
  const answerWaiters = (wanted: (waiter: PauseWaiter) => boolean): void => {
    for (const waiter of [...waiters].filter(wanted)) {
      waiters.delete(waiter)
      waiter.answer()
    }
  }
  const run = async (unit: RunUnit): Promise<UnitRun> => {
    if (currentRun !== undefined)
      throw new PowerswarmError('busy', `slot is running ${String(currentRun)} already`)
    currentRun = unit.run
    isSavable = unit.module.checkpoint === true
    kept = undefined
    control.beginUnit()
    const stopBeats = components.every(BEAT_MS, beat)
    try {
      return await inTurn(() => runner.run(unit))
    } finally {
      stopBeats()
      currentRun = undefined
      answerWaiters(() => true)
      answerSnapshot(NO_SNAPSHOT)
    }
  }
  const snapshot = ({ withinMs }: SnapshotRequest): Promise<SnapshotStart> => {
    kept = undefined
    if (currentRun === undefined || !isSavable) return Promise.resolve(NO_SNAPSHOT)
    if (pending === undefined) {
      requests += 1
      let resolve: (snapshot: SnapshotStart) => void = () => undefined
      const answer = new Promise<SnapshotStart>((settle) => (resolve = settle))
      pending = { request: requests, answer, resolve }
      control.requestSnapshot(requests, withinMs)
    }
    return pending.answer
  }
  /** A copy: what shares a buffer with others would be sent with all of it. */
  const pieceAt = (at: number): Uint8Array => {
    const end = at + LIMITS.snapshotPieceBytes
    const piece = kept?.slice(at, end) ?? new Uint8Array()
    if (end >= (kept?.length ?? 0)) kept = undefined
    return piece
  }
  const answerSnapshot = (answer: SnapshotStart): void => {
    pending?.resolve(answer)
    pending = undefined
  }
  runner.on('snapshot', ({ request, bytes }) => {
    if (pending?.request !== request || currentRun === undefined) return
    if (bytes === undefined) answerSnapshot(NO_SNAPSHOT)
    else if (bytes.length <= LIMITS.snapshotPieceBytes) answerSnapshot({ run: currentRun, bytes })
    else {
      kept = bytes
      answerSnapshot({ run: currentRun, bytes: pieceAt(0), length: bytes.length })
    }
  })
  let parked = false
  runner.on('phase', ({ phase, command }) => {
    // That a unit begins to run goes without saying: small ones would say it a hundred times a second.
    if (phase === 'paused' || parked) beat()
    parked = phase === 'paused'
    if (parked) answerWaiters((waiter) => waiter.command <= command)
  })

  const server = serve<SlotSchema>(slotSchema, components.port, {
    load: (request) => inTurn(() => runner.load(request)),
    run,
    pause: async () => {
      const command = control.requestPause()
      if (currentRun === undefined) {
        await lastJob
        return
      }
      if (control.isParkedFor(command)) return
      await new Promise<void>((resolve) => {
        waiters.add({ command, answer: resolve })
      })
    },
    resume: () => {
      control.requestResume()
      // A pause that nobody wants any more is answered, not left hanging.
      answerWaiters(() => true)
    },
    throttle: ({ cpuShare }) => control.setCpuShare(cpuShare),
    snapshot,
    snapshotPiece: ({ at }) => pieceAt(at),
  })
  return {
    close: () => {
      server.close()
      runner.close()
    },
  }
}
