import type { RunUnit } from '../../../contracts/slot.ts'
import type { SubmittedResult } from '../../../contracts/wire/messages.ts'
import { unitArguments } from '../../../domain/batch.ts'
import { errorCode } from '../../../domain/errors.ts'
import type { UnitId } from '../../../domain/ids.ts'
import { appModule, type App } from '../../../domain/project.ts'
import { submittable, type UnitRun } from '../../../domain/outcome.ts'
import { NO_INPUTS } from '../../../domain/unit-inputs.ts'
import type { Slot } from '../../ports.ts'
import { CHECK_SLOT } from './check-module.ts'
import type { DeskComponents } from './donor-desk.ts'
import { ownDonorKey } from './own-donor-key.ts'

/** After a slot or the store failed, and while no unit wants a second vote. */
const WAIT_MS = 1_000

/**
 * The publisher's own slots. Each recomputes units that have a vote and want another, so that a project with a
 * single donor verifies too. Their votes count like any donor's and are never granted credit.
 */
export class VerifyCores {
  private readonly desk: DeskComponents
  private readonly lanes: Promise<void>[] = []
  private readonly sleepers = new Set<() => void>()
  private readonly slots = new Set<Slot>()
  private stopped = false

  constructor(desk: DeskComponents) {
    this.desk = desk
  }

  start(cores: number): void {
    for (let core = 0; core < cores; core++) this.lanes.push(this.lane(CHECK_SLOT + 1 + core))
  }

  /** A unit may want a vote now. */
  poke(): void {
    for (const wake of [...this.sleepers]) wake()
  }

  /** Ends what runs; the copies that were being computed lapse at the next opening. */
  async stop(): Promise<void> {
    this.stopped = true
    this.poke()
    await Promise.all([...this.slots].map((slot) => slot.kill()))
    await Promise.all(this.lanes)
  }

  private async lane(number: number): Promise<void> {
    const { writes, leasing, parts } = this.desk
    const own = ownDonorKey(parts)
    const core = new CoreSlot(this.desk, number, this.slots)
    while (!this.stopped) {
      try {
        const leased = await writes.run(1, () => leasing.leaseForVerification(own))
        leasing.remember(own, leased)
        const { unit } = leased
        if (unit === undefined) await this.sleep()
        else await this.compute(core, unit)
      } catch (error) {
        parts.log('warn', 'verify-core-failed', { slot: number, code: errorCode(error) })
        await this.sleep()
      }
    }
    await core.end()
  }

  private async compute(core: CoreSlot, unit: UnitId): Promise<void> {
    const { writes, intake, leasing, parts, sealer } = this.desk
    const own = ownDonorKey(parts)
    try {
      const result = submission(unit, await core.run(unit))
      if (this.stopped) return
      intake.remember(await writes.run(1, () => intake.take(own, result)))
    } catch (error) {
      await core.end()
      if (this.stopped) return
      await writes.run(1, () => {
        const copy = parts.store.copy(unit, own)
        if (copy?.standing === 'leased') leasing.lapse(copy)
      })
      throw error
    }
    sealer.poke()
    this.desk.changed()
  }

  private async sleep(): Promise<void> {
    if (this.stopped) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel()
        this.sleepers.delete(wake)
        resolve()
      }
      const cancel = this.desk.parts.timers.after(WAIT_MS, wake)
      this.sleepers.add(wake)
    })
  }
}

/** One slot with the modules that it has loaded; opened at the first unit, and anew after it was ended. */
class CoreSlot {
  private readonly desk: DeskComponents
  private readonly number: number
  private readonly open: Set<Slot>
  private slot: Slot | undefined
  private readonly loaded = new Set<number>()
  private runs = 0

  constructor(desk: DeskComponents, number: number, open: Set<Slot>) {
    this.desk = desk
    this.number = number
    this.open = open
  }

  async run(unit: UnitId): Promise<UnitRun> {
    const { catalogue, parts } = this.desk
    const batch = catalogue.batch(unit.batch)
    const app = batch && catalogue.app(batch.app)
    if (!app) throw new Error(`unit ${unit.batch}.${unit.index} has no app`)
    const slot = await this.ready(app)
    const inputs = batch.inputs ? await parts.cores.unitInputs(batch, unit.index) : NO_INPUTS
    const request: RunUnit = {
      run: this.runs++,
      module: appModule(app),
      args: unitArguments(batch, unit.index, inputs),
      stdin: inputs.stdin,
      ...(inputs.files.length > 0 && { files: inputs.files }),
      seed: parts.digests.unitSeed(parts.cores.projectKey, unit),
      maxFuel: batch.maxFuel,
      maxOutputBytes: batch.maxOutputBytes,
    }
    return await slot.run(request)
  }

  async end(): Promise<void> {
    const { slot } = this
    this.slot = undefined
    this.loaded.clear()
    if (!slot) return
    this.open.delete(slot)
    await slot.kill()
  }

  private async ready(app: App): Promise<Slot> {
    const { slotHost, store } = this.desk.parts
    if (!this.slot) {
      this.slot = await slotHost.open(this.number)
      this.open.add(this.slot)
    }
    if (!this.loaded.has(app.app)) {
      const original = store.originalModule(app.app)
      if (!original) throw new Error(`app ${app.app} has no module`)
      await this.slot.load({ module: appModule(app), rewrittenHash: app.rewrittenHash, original })
      this.loaded.add(app.app)
    }
    return this.slot
  }
}

function submission(unit: UnitId, run: UnitRun): SubmittedResult {
  const { outcome, exitCode, fuel, stdout, files } = submittable(run)
  const left = files === undefined ? {} : { files }
  return { unit, outcome, exitCode: exitCode ?? 0, fuel, stdout, ...left, engine: 'verify-core' }
}
