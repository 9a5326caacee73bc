import type { RunUnit } from '../../../contracts/slot.ts'
import { Endings } from '../../../domain/endings.ts'
import type { ModuleHash, ProjectKey, UnitId } from '../../../domain/ids.ts'
import { unitArguments } from '../../../domain/batch.ts'
import {
  appModule,
  type App,
  type Batch,
  type ProjectManifest,
  type ProjectRecord,
} from '../../../domain/project.ts'
import type { UnitInputs } from '../../../domain/unit-inputs.ts'
import type { Digests } from '../../ports.ts'

/** A unit with everything a slot needs but the run's number. */
export interface Task {
  readonly unit: UnitId
  readonly app: App
  readonly batch: Batch
  readonly args: readonly string[]
  readonly request: Omit<RunUnit, 'run'>
}

/** What the project core has said so far: the manifest, the ledgers, the apps and the batches. */
export class Catalogue {
  manifest: ProjectManifest | undefined
  /** What the publisher took back. */
  readonly endings = new Endings()
  /** Of the latest ledger that was announced. */
  ledgerEpoch = 0
  private readonly apps = new Map<number, App>()
  private readonly batches = new Map<number, Batch>()
  private readonly kept = new Map<number, number>()
  private inputsKnown = false

  /** Takes the next record. A second manifest, or an app or batch with a number already used, is ignored. */
  add(record: ProjectRecord): void {
    if (record.type === 'cancel' || record.type === 'close') this.endings.add(record)
    else if (record.type === 'project') this.manifest ??= record
    else if (record.type === 'core') this.ledgerEpoch = Math.max(this.ledgerEpoch, record.epoch)
    else if (record.type === 'reserve') this.kept.set(record.batch, record.count)
    else if (record.type === 'app' && !this.apps.has(record.app)) this.apps.set(record.app, record)
    else if (record.type === 'batch' && !this.batches.has(record.batch)) {
      this.batches.set(record.batch, record)
      this.inputsKnown ||= record.inputs !== undefined
    }
  }

  /** Whether units of any batch need inputs. */
  get hasInputs(): boolean {
    return this.inputsKnown
  }

  /** Whether anything can be computed: until then nothing is leased. */
  get hasWork(): boolean {
    return this.batches.size > 0 && !this.endings.closed
  }

  /** Batches with a reserve from which units can be computed, and how many units it has. */
  get reserves(): readonly { readonly batch: Batch; readonly units: number }[] {
    return [...this.kept].flatMap(([number, count]) => {
      const batch = this.batches.get(number)
      if (!batch || batch.inputs || !this.app(number) || this.endings.hasBatch(number)) return []
      const units = Math.min(count, batch.count)
      return units > 0 ? [{ batch, units }] : []
    })
  }

  /** Undefined while batch or app is unknown. */
  app(batch: number): App | undefined {
    const known = this.batches.get(batch)
    return known && this.apps.get(known.app)
  }

  /**
   * The task behind a unit, or undefined while its batch or app is unknown or the index is beyond the batch. One of a
   * batch with inputs lacks them; see {@link withInputs}.
   */
  task(unit: UnitId, projectKey: ProjectKey, digests: Digests): Task | undefined {
    const batch = this.batches.get(unit.batch)
    const app = this.app(unit.batch)
    if (!batch || !app || unit.index >= batch.count) return undefined
    const args = unitArguments(batch, unit.index)
    return {
      unit,
      app,
      batch,
      args,
      request: {
        module: appModule(app),
        args,
        stdin: new Uint8Array(),
        seed: digests.unitSeed(projectKey, unit),
        maxFuel: batch.maxFuel,
        maxOutputBytes: batch.maxOutputBytes,
      },
    }
  }

  batch(number: number): Batch | undefined {
    return this.batches.get(number)
  }

  /** Whether work of this project may run where only some modules may. */
  allows(onlyModules: ReadonlySet<ModuleHash> | undefined): boolean {
    if (onlyModules === undefined) return true
    return [...this.apps.values()].every((app) => onlyModules.has(app.moduleHash))
  }
}

/** The same task with what its unit is given. */
export function withInputs(task: Task, inputs: UnitInputs): Task {
  const args = unitArguments(task.batch, task.unit.index, inputs)
  const { stdin, files } = inputs
  return { ...task, args, request: { ...task.request, args, stdin, ...(files.length > 0 && { files }) } }
}
