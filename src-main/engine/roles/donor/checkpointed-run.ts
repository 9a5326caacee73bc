import type { RunUnit, Snapshot } from '../../../contracts/slot.ts'
import { errorCode } from '../../../domain/errors.ts'
import { unitText } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnitRun } from '../../../domain/outcome.ts'
import {
  SNAPSHOT_PACE,
  snapshotStep,
  type SnapshotPace,
  type SnapshotStep,
} from '../../../domain/snapshot-policy.ts'
import type { SnapshotSubject } from '../../ports.ts'
import type { DonorComponents } from './components.ts'
import type { Lane } from './lane.ts'
import type { WorkInSlot } from './work.ts'

/** The slot that a unit runs in. */
export interface RunningSlot {
  /** By the monotonic clock; undefined while it computes. */
  readonly pausedSince: number | undefined
  run(unit: RunUnit): Promise<UnitRun>
  snapshot(withinMs: number): Promise<Snapshot>
  /** Ends the process during a pause; the unit goes back to the buffer. */
  release(): Promise<void>
}

/**
 * One run of a unit with checkpoints: goes on from its snapshot if there is one, and saves it on the way as
 * domain/snapshot-policy says. Nothing that goes wrong with a snapshot harms the unit.
 */
export class CheckpointedRun {
  private readonly parts: DonorComponents
  private readonly slot: RunningSlot
  private readonly work: WorkInSlot
  private readonly subject: SnapshotSubject
  /** Slots take turns at saving, because a snapshot may be large and passes through this process. */
  private readonly lane: Lane
  private savedMs = 0
  private triedMs = 0
  private failedInPauseOf: number | undefined
  private waiting = false
  private saving: Promise<boolean> | undefined
  private ended = false

  constructor(parts: DonorComponents, slot: RunningSlot, work: WorkInSlot, lane: Lane) {
    this.parts = parts
    this.slot = slot
    this.work = work
    this.lane = lane
    const { unit, app } = work.task
    const { rewriterVersion, rewrittenHash } = app
    this.subject = { projectKey: work.project.projectKey, unit, rewriterVersion, rewrittenHash }
  }

  /**
   * Resolves and rejects as {@link RunningSlot.run}, but never with `snapshot-unusable`.
   * @param begun is told when the unit runs, and how far it is already is known
   */
  async run(begun: () => void): Promise<UnitRun> {
    const stopLooking = this.parts.timers.every(this.pace.lookMs, () => {
      this.look()
    })
    try {
      const { result, resumed } = await this.start()
      begun()
      return await (resumed ? this.orFromScratch(result) : result)
    } finally {
      this.ended = true
      stopLooking()
    }
  }

  /** Saves the unit now, out of turn, unless it is saved or young. Resolves when it is done or in vain. */
  async saveBeforeEnd(): Promise<void> {
    await this.saving
    if (this.step(true) === 'save') await this.save(LIMITS.snapshotBeforeEndMs / 2)
  }

  /** A function of its own, so that nothing holds the snapshot while the unit runs. */
  private async start(): Promise<{ readonly result: Promise<UnitRun>; readonly resumed: boolean }> {
    const saved = await this.parts.snapshots.load(this.subject)
    if (!saved) {
      this.work.begin()
      return { result: this.slot.run(this.request), resumed: false }
    }
    this.work.goOnFrom(saved)
    this.work.begin()
    this.savedMs = saved.computedMs
    this.log('info', 'unit-resumed', { fuel: saved.fuel, computedMs: saved.computedMs })
    return { result: this.slot.run({ ...this.request, resumeFrom: saved.bytes }), resumed: true }
  }

  private async orFromScratch(result: Promise<UnitRun>): Promise<UnitRun> {
    try {
      return await result
    } catch (error) {
      if (errorCode(error) !== 'snapshot-unusable') throw error
      this.log('warn', 'snapshot-dropped', { reason: error instanceof Error ? error.message : String(error) })
      this.parts.snapshots.drop(this.subject.projectKey, this.subject.unit)
      this.work.goOnFrom({ fuel: 0n, computedMs: 0 })
      this.savedMs = 0
      return this.slot.run(this.request)
    }
  }

  private get request(): RunUnit {
    return { run: this.work.run, ...this.work.task.request }
  }

  private get pace(): SnapshotPace {
    return this.parts.snapshotPace ?? SNAPSHOT_PACE
  }

  private step(ending: boolean): SnapshotStep {
    const { pausedSince } = this.slot
    return snapshotStep(
      {
        computedMs: this.work.computedMs,
        savedMs: this.savedMs,
        triedMs: this.triedMs,
        ...(pausedSince !== undefined && { pausedForMs: this.parts.clock.monotonicMs() - pausedSince }),
        failedInPause: pausedSince !== undefined && pausedSince === this.failedInPauseOf,
        ending,
      },
      this.pace,
    )
  }

  private look(): void {
    if (this.waiting || this.ended || this.step(false) === 'none') return
    this.waiting = true
    void this.lane.run(async () => {
      this.waiting = false
      // It may have ended, or been paused or saved otherwise, while others had their turn.
      if (this.ended || this.saving) return
      const step = this.step(false)
      if (step === 'save') await this.save(LIMITS.snapshotWithinMs)
      if (step === 'release') await this.release()
    })
  }

  private async release(): Promise<void> {
    const { pausedSince } = this.slot
    const isSaved = this.work.computedMs <= this.savedMs || (await this.save(LIMITS.snapshotWhilePausedMs))
    if (!isSaved) this.failedInPauseOf = pausedSince
    // The owner may have gone away in the meantime.
    else if (!this.ended && this.slot.pausedSince === pausedSince) await this.slot.release()
  }

  private async save(withinMs: number): Promise<boolean> {
    this.saving = this.trySave(withinMs)
    const isSaved = await this.saving
    this.saving = undefined
    return isSaved
  }

  /** Never rejects. */
  private async trySave(withinMs: number): Promise<boolean> {
    const { fuel, fraction } = this.work.view.beat
    this.triedMs = this.work.computedMs
    try {
      const { run, bytes } = await this.slot.snapshot(withinMs)
      if (this.ended) return false
      const { computedMs } = this.work
      if (run !== this.work.run || !bytes) {
        this.log('info', 'snapshot-not-taken', { withinMs })
        return false
      }
      const progress = { fuel, computedMs, ...(fraction === undefined ? {} : { fraction }) }
      await this.parts.snapshots.save(this.subject, { bytes, ...progress })
      this.savedMs = computedMs
      this.log('info', 'snapshot-saved', { bytes: bytes.byteLength, fuel })
      return true
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.log('warn', 'snapshot-failed', { code: errorCode(error), message })
      return false
    }
  }

  private log(level: 'info' | 'warn', event: string, details: Readonly<Record<string, unknown>>): void {
    this.parts.log(level, event, { unit: unitText(this.subject.unit), ...details })
  }
}
