import { LIMITS } from '../../../domain/limits.ts'
import type { Decision } from '../../../domain/scheduling-policy.ts'
import type { DonorComponents } from './components.ts'
import type { DonorProject } from './donor-project.ts'
import { Lane } from './lane.ts'
import { SlotWorker, type WorkSource } from './slot-worker.ts'
import type { Work } from './work.ts'

/** All slots of this machine. Slots are opened when first needed and kept, paused, while the donor is not computing. */
export class SlotPool {
  private readonly parts: DonorComponents
  private readonly source: WorkSource
  private readonly workers: SlotWorker[] = []
  private readonly saveLane = new Lane()
  private closed = false

  constructor(parts: DonorComponents, source: WorkSource) {
    this.parts = parts
    this.source = source
  }

  /** Makes every slot follow the decision; resolves when all have. The order of slots decides who pauses first. */
  async apply(decision: Decision): Promise<void> {
    if (this.closed) return
    const wanted = decision.run ? decision.slots : 0
    while (this.workers.length < wanted)
      this.workers.push(new SlotWorker(this.workers.length, this.parts, this.source, this.saveLane))
    await Promise.all(
      this.workers.map(async (worker, i) => {
        if (decision.run) await worker.setCpuShare(decision.cpuShare)
        await worker.setPaused(i >= wanted)
      }),
    )
  }

  /** Stops what slots compute for this project. */
  async abandon(project: DonorProject): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.abandon(project)))
  }

  /** Stops what slots compute of units that were taken back. */
  async endOver(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.endOver()))
  }

  /** There may be work: idle slots look again. */
  wake(): void {
    for (const worker of this.workers) worker.wake()
  }

  /** What the slots work on, with their numbers. */
  get work(): readonly { readonly slot: number; readonly work: Work }[] {
    return this.workers.flatMap((worker) => (worker.work ? [{ slot: worker.number, work: worker.work }] : []))
  }

  /** Saves what can be saved, all slots at once; resolves after `LIMITS.snapshotBeforeEndMs` at the latest. */
  async saveUnits(): Promise<void> {
    const saved = Promise.all(this.workers.map((worker) => worker.saveUnit()))
    await new Promise<void>((resolve) => {
      const cancel = this.parts.timers.after(LIMITS.snapshotBeforeEndMs, resolve)
      const done = (): void => {
        cancel()
        resolve()
      }
      saved.then(done, done)
    })
  }

  /** Ends all slots after a last chance to save. Units at work stay leased on disk. */
  async close(): Promise<void> {
    this.closed = true
    for (const worker of this.workers) worker.retire()
    await this.saveUnits()
    await Promise.all(this.workers.map((worker) => worker.close()))
  }
}
