import type { Beat } from '../../../contracts/slot.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { SavedUnit } from '../../ports.ts'
import type { Task } from './catalogue.ts'
import type { DonorProject } from './donor-project.ts'

/** What one slot is doing, for the window. */
export interface Work {
  readonly project: DonorProject
  readonly task: Task
  readonly beat: Beat
  /** Wall time computing, without pauses, as of the last beat. */
  readonly elapsedMs: number
}

/** Follows one run of a unit by the beats of its slot. */
export class WorkInSlot {
  readonly project: DonorProject
  readonly task: Task
  private readonly clock: Pick<Clock, 'monotonicMs'>
  private beat: Beat
  private beatAt: number
  private elapsedMs = 0

  constructor(run: number, project: DonorProject, task: Task, clock: Pick<Clock, 'monotonicMs'>) {
    this.project = project
    this.task = task
    this.clock = clock
    this.beat = { run, phase: 'preparing', fuel: 0n, ticks: 0 }
    this.beatAt = clock.monotonicMs()
  }

  get run(): number {
    return this.beat.run
  }
  get view(): Work {
    const { project, task, beat, elapsedMs } = this
    return { project, task, beat, elapsedMs }
  }
  /** Wall time that the unit has computed until now, without pauses. */
  get computedMs(): number {
    const sinceBeat = this.beat.phase === 'paused' ? 0 : this.clock.monotonicMs() - this.beatAt
    return this.elapsedMs + sinceBeat
  }

  /** Its module is prepared, and the slot does not tell when it begins. Answers whether that is news. */
  begin(): boolean {
    if (this.beat.phase !== 'preparing') return false
    this.beat = { ...this.beat, phase: 'running' }
    return true
  }

  /** Takes the unit's progress from a snapshot: what people see goes on from there. */
  goOnFrom({ fuel, fraction, computedMs }: Omit<SavedUnit, 'bytes'>): void {
    const { run, phase, ticks } = this.beat
    this.beat = { run, phase, ticks, fuel, ...(fraction === undefined ? {} : { fraction }) }
    this.elapsedMs = computedMs
    this.beatAt = this.clock.monotonicMs()
  }

  /** Answers whether the beat was of this run. */
  takeBeat(beat: Beat): boolean {
    if (beat.run !== this.beat.run) return false
    this.elapsedMs = this.computedMs
    this.beatAt = this.clock.monotonicMs()
    // A slot that goes on from a snapshot says how far that is only with its first tick.
    const { fuel, fraction } = this.beat
    const known = beat.fuel < fuel ? { fuel, ...(fraction === undefined ? {} : { fraction }) } : {}
    this.beat = { ...beat, ...known }
    return true
  }
}
