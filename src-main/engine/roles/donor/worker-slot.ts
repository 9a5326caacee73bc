import type { Beat, LoadModule, ModuleName, RunUnit, Snapshot } from '../../../contracts/slot.ts'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import type { UnitRun } from '../../../domain/outcome.ts'
import type { Slot } from '../../ports.ts'
import type { RunningSlot } from './checkpointed-run.ts'
import type { DonorComponents } from './components.ts'
import { pauseInTime } from './pause-in-time.ts'

/**
 * One slot as its worker uses it: opened when a unit needs it, and anew after its process is gone; told again whether to
 * pause and how fast to compute; loaded with each module once.
 *
 * A pause keeps a running unit. A module that is still being prepared is not worth the wait, and neither is a slot that
 * does not stop: its process is ended, and {@link interrupted} says so.
 */
export class WorkerSlot implements RunningSlot {
  readonly number: number
  /** The unit that was begun last was given up for a pause. */
  interrupted = false
  /** What the unit that was begun last needs was given to the slot: what fails from then on may be its doing. */
  hadModule = false
  private readonly parts: DonorComponents
  private readonly onBeat: (beat: Beat) => void
  private slot: Slot | undefined
  private loaded = new Set<string>()
  private pausedAt: number | undefined
  private cpuShare = 1
  /** The slot is checking, rewriting and compiling a module. */
  private preparing = false
  /** Its process is being ended by the donor, which is no failure. */
  private ending = false

  constructor(number: number, parts: DonorComponents, onBeat: (beat: Beat) => void) {
    this.number = number
    this.parts = parts
    this.onBeat = onBeat
  }

  get isPaused(): boolean {
    return this.pausedAt !== undefined
  }
  /** When it was told to pause, by the monotonic clock; undefined while it may compute. */
  get pausedSince(): number | undefined {
    return this.pausedAt
  }

  /** A paused slot finishes nothing and starts nothing. Resolves when the slot has obeyed. */
  async setPaused(paused: boolean): Promise<void> {
    if (paused === this.isPaused) return
    this.pausedAt = paused ? this.parts.clock.monotonicMs() : undefined
    if (this.slot) await this.obey(paused ? this.stop(this.slot) : this.slot.resume())
  }

  async setCpuShare(cpuShare: number): Promise<void> {
    if (cpuShare === this.cpuShare) return
    this.cpuShare = cpuShare
    await this.obey(this.slot?.throttle(cpuShare))
  }

  /** Whether a unit of this module begins at once. */
  has(module: ModuleName): boolean {
    return this.slot !== undefined && this.loaded.has(moduleKey(module))
  }

  /** Opens the slot for the next unit unless it is open. */
  async begin(): Promise<void> {
    this.interrupted = false
    this.hadModule = false
    if (this.slot) return
    const slot = await this.parts.slotHost.open(this.number)
    this.slot = slot
    this.loaded = new Set()
    this.ending = false
    slot.onBeat(this.onBeat)
    slot.onClosed((reason) => {
      this.slot = undefined
      this.parts.log(this.ending ? 'info' : 'warn', 'slot-closed', { slot: this.number, reason })
    })
    if (this.cpuShare !== 1) await slot.throttle(this.cpuShare)
    if (this.isPaused) await slot.pause()
  }

  /** @param fetch gets the original module; called only when this slot lacks it */
  async load(load: Omit<LoadModule, 'original'>, fetch: () => Promise<Uint8Array>): Promise<void> {
    const key = moduleKey(load.module)
    if (this.loaded.has(key)) {
      this.hadModule = true
      return
    }
    const original = await fetch()
    if (this.isPaused) {
      this.interrupted = true
      throw new PowerswarmError('busy', 'the donor paused before the module was prepared')
    }
    this.preparing = true
    this.hadModule = true
    try {
      await this.open().load({ ...load, original })
    } finally {
      this.preparing = false
    }
    this.loaded.add(key)
  }

  run(unit: RunUnit): Promise<UnitRun> {
    return this.open().run(unit)
  }

  /** See contracts/slot. */
  snapshot(withinMs: number): Promise<Snapshot> {
    return this.open().snapshot(withinMs)
  }

  /** Gives the owner the memory back: ends the process; its unit is saved, and goes back to the buffer. */
  async release(): Promise<void> {
    this.parts.log('info', 'slot-released', { slot: this.number })
    this.interrupted = true
    await this.end()
  }

  /** The slot keeps few modules; one that it let go has to be loaded again. */
  forget(module: ModuleName): void {
    this.loaded.delete(moduleKey(module))
  }

  /** Ends the process, if there is one; what runs in it rejects. */
  async end(): Promise<void> {
    this.ending = true
    await this.slot?.kill()
  }

  private open(): Slot {
    if (!this.slot) throw new PowerswarmError('peer-gone', `slot ${String(this.number)} is gone`)
    return this.slot
  }

  /** A compilation hears no orders. */
  private async stop(slot: Slot): Promise<void> {
    if (this.preparing) await this.interrupt(slot)
    else await pauseInTime(slot, this.parts.timers, () => void this.obey(this.interrupt(slot)))
  }

  private async interrupt(slot: Slot): Promise<void> {
    this.interrupted = true
    this.parts.log('info', 'slot-interrupted', { slot: this.number })
    await slot.kill()
  }

  /** A slot that is gone cannot disobey; its worker opens a new one. */
  private async obey(order: Promise<void> | undefined): Promise<void> {
    try {
      await order
    } catch (error) {
      this.parts.log('warn', 'slot-order-failed', { slot: this.number, code: errorCode(error) })
    }
  }
}

function moduleKey({ moduleHash, rewriterVersion, memoryLimitBytes, checkpoint }: ModuleName): string {
  return [moduleHash, rewriterVersion, memoryLimitBytes, checkpoint === true].join(' ')
}
