import type { Beat, ModuleName } from '../../../contracts/slot.ts'
import { errorCode, PowerswarmError, type ErrorCode } from '../../../domain/errors.ts'
import { unitText } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnitRun } from '../../../domain/outcome.ts'
import type { Slot } from '../../ports.ts'
import type { Task } from './catalogue.ts'
import type { DonorComponents } from './components.ts'
import type { DonorProject } from './donor-project.ts'
import { pauseInTime } from './pause-in-time.ts'

/** The unit goes back, after a pause or at once because the machine was wanted; or it belongs to nobody any more. */
type NoResult = 'again' | 'interrupted' | 'dropped'

/** What one slot is doing, for the window. */
export interface Work {
  readonly project: DonorProject
  readonly task: Task
  readonly beat: Beat
  /** Wall time computing, without pauses, as of the last beat. */
  readonly elapsedMs: number
}

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
 *
 * A pause keeps a running unit; a module that is still being prepared is not worth the wait: its slot is killed and the
 * unit goes back to the others.
 */
export class SlotWorker {
  readonly number: number
  work: Work | undefined
  private readonly parts: DonorComponents
  private readonly source: WorkSource
  private slot: Slot | undefined
  private loaded = new Set<string>()
  private paused = false
  private cpuShare = 1
  private closing = false
  private nextRun = 1
  private failures = 0
  /** The slot is checking, rewriting and compiling a module. */
  private preparing = false
  /** The unit at work was given up for a pause. */
  private interrupted = false
  private readonly unitFailures = new Map<string, number>()
  private wakeUp: (() => void) | undefined
  private beatAt = 0
  /** The slot has its module and runs the unit: what fails from here on may be the unit's doing. */
  private running = false
  private readonly loop: Promise<void>

  constructor(number: number, parts: DonorComponents, source: WorkSource) {
    this.number = number
    this.parts = parts
    this.source = source
    this.loop = this.keepBusy()
  }

  wake(): void {
    this.wakeUp?.()
  }

  /** Pauses or resumes; a paused slot finishes nothing and starts nothing. Resolves when the slot has obeyed. */
  async setPaused(paused: boolean): Promise<void> {
    if (paused === this.paused) return
    this.paused = paused
    if (!paused) this.wake()
    if (this.slot) await this.obey(paused ? this.stop(this.slot) : this.slot.resume())
  }

  /** A compilation hears no orders. */
  private async stop(slot: Slot): Promise<void> {
    if (this.preparing) await this.interrupt(slot)
    else await pauseInTime(slot, this.parts.timers, () => void this.obey(this.interrupt(slot)))
  }

  private async interrupt(slot: Slot): Promise<void> {
    this.interrupted = this.work !== undefined
    this.parts.log('info', 'slot-interrupted', { slot: this.number })
    await slot.kill()
  }

  async setCpuShare(cpuShare: number): Promise<void> {
    if (cpuShare === this.cpuShare) return
    this.cpuShare = cpuShare
    await this.obey(this.slot?.throttle(cpuShare))
  }

  /** Ends the slot's process if it works for this project; the unit is not given back. */
  async abandon(project: DonorProject): Promise<void> {
    if (this.work?.project === project) await this.slot?.kill()
  }

  async close(): Promise<void> {
    this.closing = true
    this.wake()
    await this.slot?.kill()
    await this.loop
  }

  /** A slot that is gone cannot disobey; its worker opens a new one. */
  private async obey(order: Promise<void> | undefined): Promise<void> {
    try {
      await order
    } catch (error) {
      this.parts.log('warn', 'slot-order-failed', { slot: this.number, code: errorCode(error) })
    }
  }

  /** Ends only when the worker is closed: whatever goes wrong is logged and tried again after a pause. */
  private async keepBusy(): Promise<void> {
    while (!this.closing) {
      try {
        const job = this.paused ? undefined : this.source.next()
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

  private async compute(project: DonorProject, task: Task): Promise<void> {
    const run = this.nextRun++
    this.beatAt = this.parts.clock.monotonicMs()
    this.running = false
    // Nothing is to be prepared where the module is: small units would have the window say so a hundred times a second.
    const phase = this.slot && this.loaded.has(moduleKey(task.request.module)) ? 'running' : 'preparing'
    this.work = { project, task, beat: { run, phase, fuel: 0n, ticks: 0 }, elapsedMs: 0 }
    this.source.changed()
    this.interrupted = false
    const result = await this.attempt(run, project, task)
    const computedMs = this.computedMs()
    this.work = undefined
    this.source.changed()
    if (result === 'dropped') return
    if (result !== 'again' && result !== 'interrupted') return this.save(project, task, result, computedMs)
    project.giveBack(task)
    if (result === 'again') await this.backOff()
  }

  private async attempt(run: number, project: DonorProject, task: Task): Promise<UnitRun | NoResult> {
    try {
      const slot = await this.openSlot()
      await this.load(slot, project, task)
      this.running = true
      this.showRunning()
      const result = await slot.run({ run, ...task.request })
      this.failures = 0
      return result
    } catch (error) {
      return this.recover(project, task, error)
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

  private async openSlot(): Promise<Slot> {
    if (this.slot) return this.slot
    const slot = await this.parts.slotHost.open(this.number)
    this.slot = slot
    this.loaded = new Set()
    slot.onBeat((beat) => {
      this.takeBeat(beat)
    })
    slot.onClosed((reason) => {
      this.slot = undefined
      this.parts.log(this.closing ? 'info' : 'warn', 'slot-closed', { slot: this.number, reason })
    })
    if (this.cpuShare !== 1) await slot.throttle(this.cpuShare)
    if (this.paused) await slot.pause()
    return slot
  }

  private takeBeat(beat: Beat): void {
    if (!this.work || this.work.beat.run !== beat.run) return
    this.work = { ...this.work, beat, elapsedMs: this.computedMs() }
    this.beatAt = this.parts.clock.monotonicMs()
    this.source.changed()
  }

  /** The slot does not tell that it begins. */
  private showRunning(): void {
    if (this.work?.beat.phase !== 'preparing') return
    this.work = { ...this.work, beat: { ...this.work.beat, phase: 'running' } }
    this.source.changed()
  }

  /** Wall time that the unit at work has computed until now, without pauses. */
  private computedMs(): number {
    if (!this.work) return 0
    const sinceBeat = this.work.beat.phase === 'paused' ? 0 : this.parts.clock.monotonicMs() - this.beatAt
    return this.work.elapsedMs + sinceBeat
  }

  private async load(slot: Slot, project: DonorProject, task: Task): Promise<void> {
    const { module } = task.request
    const key = moduleKey(module)
    if (this.loaded.has(key)) return
    const original = await project.connection.module(task.app)
    if (this.paused) {
      this.interrupted = true
      throw new PowerswarmError('busy', 'the donor paused before the module was prepared')
    }
    this.preparing = true
    try {
      await slot.load({ module, rewrittenHash: task.app.rewrittenHash, original })
    } finally {
      this.preparing = false
    }
    this.loaded.add(key)
  }

  /**
   * A module that this machine's own checks refuse ends its units as host failures, with the reason, at once. Anything
   * else is tried again on a fresh slot; a unit that kills three slots is given up. A slot that cannot be opened or a
   * module that cannot be fetched says nothing about the unit.
   */
  private recover(project: DonorProject, task: Task, error: unknown): UnitRun | NoResult {
    // The lease stays on disk; the next start computes the unit again.
    if (this.closing || project.hasLeft) return 'dropped'
    if (this.interrupted) return 'interrupted'
    const code = this.logFailure('unit-failed', error, task)
    // The slot keeps few modules; this one has to be loaded again.
    if (code === 'not-found') this.loaded.clear()
    const key = `${project.projectKey} ${unitText(task.unit)}`
    const unitsFault = this.running && code !== 'not-found' && code !== 'busy'
    const failures = (this.unitFailures.get(key) ?? 0) + (unitsFault ? 1 : 0)
    this.unitFailures.set(key, failures)
    const message = error instanceof Error ? error.message : String(error)
    const refused = code.startsWith('module-')
    if (refused) project.reportModule(`This computer refused an app of the project: ${message}`)
    if (refused || failures >= LIMITS.hostFailuresMax) {
      this.unitFailures.delete(key)
      return failed(`${code}: ${message}`)
    }
    return 'again'
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

function moduleKey(module: ModuleName): string {
  return `${module.moduleHash} ${String(module.rewriterVersion)} ${String(module.memoryLimitBytes)}`
}

function failed(reason: string): UnitRun {
  return { outcome: 'host-failure', fuel: 0n, stdout: new Uint8Array(), stderr: new Uint8Array(), reason }
}
