import type { Beat } from '../../../contracts/slot.ts'
import { errorCode, type ErrorCode } from '../../../domain/errors.ts'
import { unitText } from '../../../domain/ids.ts'
import type { UnitRun } from '../../../domain/outcome.ts'
import type { Task } from './catalogue.ts'
import { CheckpointedRun } from './checkpointed-run.ts'
import type { DonorComponents } from './components.ts'
import type { DonorProject } from './donor-project.ts'
import type { Lane } from './lane.ts'
import { UnitFailures } from './unit-failures.ts'
import { WorkerSlot } from './worker-slot.ts'
import { WorkInSlot, type Work } from './work.ts'

/** The unit goes back, after a pause or at once because the machine was wanted; or it belongs to nobody any more. */
type NoResult = 'again' | 'interrupted' | 'dropped'

/** Where a slot gets its next unit from, and whom it tells. */
export interface WorkSource {
  next(): { readonly project: DonorProject; readonly task: Task } | undefined
  changed(): void
}

/**
 * Keeps one slot busy: takes a unit, loads its module if the slot lacks it, runs it, saves the result, and takes the
 * next. Sleeps until {@link wake} when there is no unit. A slot whose process died is opened again after a pause.
 *
 *   opening ──▶ idle ⇄ working ──▶ (process gone) ──▶ opening
 */
export class SlotWorker {
  private readonly parts: DonorComponents
  private readonly source: WorkSource
  private readonly slot: WorkerSlot
  private working: WorkInSlot | undefined
  private saved: CheckpointedRun | undefined
  private readonly saveLane: Lane
  private closing = false
  private nextRun = 1
  private failures = 0
  private readonly unitFailures = new UnitFailures()
  private wakeUp: (() => void) | undefined
  private readonly loop: Promise<void>

  /** @param saveLane shared by all slots */
  constructor(number: number, parts: DonorComponents, source: WorkSource, saveLane: Lane) {
    this.parts = parts
    this.source = source
    this.saveLane = saveLane
    this.slot = new WorkerSlot(number, parts, (beat) => {
      this.takeBeat(beat)
    })
    this.loop = this.keepBusy()
  }

  get number(): number {
    return this.slot.number
  }
  get work(): Work | undefined {
    return this.working?.view
  }

  wake(): void {
    this.wakeUp?.()
  }

  /** Pauses or resumes; a paused slot finishes nothing and starts nothing. Resolves when the slot has obeyed. */
  async setPaused(paused: boolean): Promise<void> {
    const obeyed = this.slot.setPaused(paused)
    if (!paused) this.wake()
    await obeyed
  }

  setCpuShare(cpuShare: number): Promise<void> {
    return this.slot.setCpuShare(cpuShare)
  }

  /** Ends the slot's process if it works for this project; the unit is not given back. */
  async abandon(project: DonorProject): Promise<void> {
    if (this.working?.project === project) await this.slot.end()
  }

  /** Ends the slot's process if its unit was taken back. */
  async endOver(): Promise<void> {
    const { working } = this
    if (working?.project.isOver(working.task.unit) === true) await this.slot.end()
  }

  /** Takes no other unit; the one at work goes on until {@link close}. */
  retire(): void {
    this.closing = true
    this.wake()
  }

  /** Saves the unit at work if it can be saved, whatever the pace; see {@link CheckpointedRun.saveBeforeEnd}. */
  async saveUnit(): Promise<void> {
    await this.saved?.saveBeforeEnd()
  }

  async close(): Promise<void> {
    this.retire()
    await this.slot.end()
    await this.loop
  }

  /** Ends only when the worker is closed: whatever goes wrong is logged and tried again after a pause. */
  private async keepBusy(): Promise<void> {
    while (!this.closing) {
      try {
        const job = this.slot.isPaused ? undefined : this.source.next()
        if (job) await this.compute(job.project, job.task)
        else await this.sleep()
      } catch (error) {
        this.logFailure('slot-worker-failed', error)
        await this.backOff()
      }
    }
  }

  private sleep(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? undefined : this.parts.timers.after(ms, resolve)
      this.wakeUp = () => {
        cancel?.()
        resolve()
      }
      if (this.closing) resolve()
    })
  }

  private async compute(project: DonorProject, taken: Task): Promise<void> {
    const task = await project.complete(taken)
    if (project.isOver(taken.unit)) {
      project.drop(taken)
      return
    }
    if (!task) return this.backOff()
    const work = new WorkInSlot(this.nextRun++, project, task, this.parts.clock)
    // Nothing is to be prepared where the module is: small units would have the window say so a hundred times a second.
    if (!isSaved(task) && this.slot.has(task.request.module)) work.begin()
    this.working = work
    this.source.changed()
    const result = await this.attempt(work)
    const { computedMs } = work
    this.working = undefined
    this.source.changed()
    if (result === 'dropped') {
      project.drop(task, computedMs)
      return
    }
    if (result !== 'again' && result !== 'interrupted') return this.save(project, task, result, computedMs)
    project.giveBack(task)
    if (result === 'again') await this.backOff()
  }

  private async attempt(work: WorkInSlot): Promise<UnitRun | NoResult> {
    const { project, task } = work
    const { app, request } = task
    try {
      await this.slot.begin()
      if (this.closing) {
        await this.slot.end()
        return 'dropped'
      }
      const wanted = { module: request.module, rewrittenHash: app.rewrittenHash }
      const load = (): Promise<void> => this.slot.load(wanted, () => project.connection.module(app))
      await load()
      if (!isSaved(task) && work.begin()) this.source.changed()
      const result = await this.runOrReload(work, load)
      this.failures = 0
      return result
    } catch (error) {
      return this.recover(project, task, error)
    }
  }

  /** A module that the slot has let go for others since is loaded again at once. */
  private async runOrReload(work: WorkInSlot, load: () => Promise<void>): Promise<UnitRun> {
    try {
      return await this.run(work)
    } catch (error) {
      if (errorCode(error) !== 'not-found' || this.closing || this.slot.interrupted) throw error
      this.slot.forget(work.task.request.module)
      await load()
      return this.run(work)
    }
  }

  private async run(work: WorkInSlot): Promise<UnitRun> {
    const { request } = work.task
    if (!isSaved(work.task)) return this.slot.run({ run: work.run, ...request })
    this.saved = new CheckpointedRun(this.parts, this.slot, work, this.saveLane)
    try {
      return await this.saved.run(() => {
        this.source.changed()
      })
    } finally {
      this.saved = undefined
    }
  }

  /** A result that is computed is never computed again because a disk was full: saving is tried until it works. */
  private async save(project: DonorProject, task: Task, run: UnitRun, computedMs: number): Promise<void> {
    for (;;)
      try {
        project.finish(task, run, computedMs)
        return
      } catch (error) {
        this.logFailure('result-not-saved', error, task)
        await this.backOff()
        if (this.closing) return
      }
  }

  private takeBeat(beat: Beat): void {
    if (this.working?.takeBeat(beat) === true) this.source.changed()
  }

  private recover(project: DonorProject, task: Task, error: unknown): UnitRun | NoResult {
    // The lease stays on disk; the next start computes the unit again.
    if (this.closing || project.isOver(task.unit)) return 'dropped'
    if (this.slot.interrupted) return 'interrupted'
    const code = this.logFailure('unit-failed', error, task)
    if (code === 'not-found') this.slot.forget(task.request.module)
    const key = `${project.projectKey} ${unitText(task.unit)}`
    const verdict = this.unitFailures.judge(key, { code, hadModule: this.slot.hadModule })
    if (verdict === 'again') return 'again'
    if (verdict === 'last-try') {
      // Its snapshot may be what its slots die of.
      this.parts.snapshots.drop(project.projectKey, task.unit)
      return 'again'
    }
    const message = error instanceof Error ? error.message : String(error)
    if (verdict === 'refused') project.reportModule(`This computer refused an app of the project: ${message}`)
    return failed(`${code}: ${message}`)
  }

  private backOff(): Promise<void> {
    this.failures++
    return this.sleep(Math.min(60_000, 500 * 2 ** this.failures))
  }

  private logFailure(event: string, error: unknown, task?: Task): ErrorCode {
    const code = errorCode(error)
    const message = error instanceof Error ? error.message : String(error)
    this.parts.log('warn', event, {
      slot: this.number,
      code,
      message,
      ...(task && { unit: unitText(task.unit) }),
    })
    return code
  }
}

/** Whether its unit goes on from a snapshot where there is one: what is shown of it waits for that. */
function isSaved(task: Task): boolean {
  return task.request.module.checkpoint === true
}

function failed(reason: string): UnitRun {
  return { outcome: 'host-failure', fuel: 0n, stdout: new Uint8Array(), stderr: new Uint8Array(), reason }
}
