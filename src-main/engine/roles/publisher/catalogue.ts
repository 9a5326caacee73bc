import type { AddedApp, PublisherEngineSchema } from '../../../contracts/engine.ts'
import type { Handlers } from '../../../contracts/rpc.ts'
import { encodeProjectRecord } from '../../../contracts/wire/project-record.ts'
import { checkRange, checkTemplate } from '../../../domain/batch.ts'
import { checkDisplayText } from '../../../domain/display-text.ts'
import { Endings } from '../../../domain/endings.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { unitText, type UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { policyFor } from '../../../domain/max-error.ts'
import type { App, Batch, ProjectManifest, ProjectRecord } from '../../../domain/project.ts'
import { addWithInputs, batchesWithoutInputs, dropUnfinishedInputs } from './batch-inputs.ts'
import { byUrgency, CLOSED_SETTING, endingsOf, missingEndings } from './endings.ts'
import type { BatchTrust } from '../../ports.ts'
import { checkModule } from './check-module.ts'
import type { BatchPlan } from '../../ports.ts'
import type { PublisherComponents, PublisherInit } from './components.ts'
import { knownByBatch, knownOutputs, saveKnown } from './known-answers.ts'
import type { Findings } from './findings.ts'
import { saveVariant, variantApps } from './app-variants.ts'
import { missingReserves, reservePlan } from './reserves.ts'
import type { Restored } from './restored.ts'

type NewApp = Parameters<Handlers<PublisherEngineSchema>['addApp']>[0]
type NewBatch = Omit<Parameters<Handlers<PublisherEngineSchema>['addBatch']>[0], 'memoryLimitBytes'>

/**
 * Apps and batches of the project. The store is written first, then the project core; whatever a crash kept out of
 * the core is published at the next opening. Only what is in the core can be leased: donors must be able to read it.
 * A row whose record cannot be encoded would keep the project from ever opening again, so encoding comes before it.
 */
export class Catalogue {
  private readonly parts: PublisherComponents
  private readonly init: PublisherInit
  private readonly restored: Restored
  private readonly findings: Pick<Findings, 'record'>
  private published: ProjectRecord[] = []
  private batchesByNumber = new Map<number, Batch>()
  private appsByNumber = new Map<number, App>()
  private plansByBatch: readonly BatchPlan[] = []
  private ended = new Endings()
  private withoutInputs: ReadonlySet<number> = new Set()
  private inOrder: readonly Batch[] = []
  private trustByBatch: ReadonlyMap<number, BatchTrust> = new Map()
  private knownUnits: ReadonlyMap<number, ReadonlySet<number>> = new Map()
  /** Additions happen one after the other: numbers follow their order in the core. */
  private lane: Promise<unknown> = Promise.resolve()

  constructor(
    parts: PublisherComponents,
    init: PublisherInit,
    restored: Restored,
    findings: Pick<Findings, 'record'>,
  ) {
    this.parts = parts
    this.init = init
    this.restored = restored
    this.findings = findings
  }

  /** Reads the project core and publishes what it lacks. Throws `not-found` where no project was ever made. */
  async open(): Promise<void> {
    await dropUnfinishedInputs(this.parts)
    await this.publish()
    this.withoutInputs = await batchesWithoutInputs(this.parts, this.inOrder)
    this.remember(this.published)
    if (!this.published.some((record) => record.type === 'project'))
      throw new PowerswarmError('not-found', 'There is no project here yet; create one first')
    await this.restoreModules()
  }

  get manifest(): ProjectManifest | undefined {
    return this.published.find((record) => record.type === 'project')
  }
  /** Blocks of the project core. */
  get projectLength(): number {
    return this.published.length
  }
  get apps(): readonly App[] {
    return [...this.appsByNumber.values()]
  }
  get batches(): readonly Batch[] {
    return [...this.batchesByNumber.values()]
  }
  /** Batches that are handed out, the most urgent first. */
  get queue(): readonly Batch[] {
    return this.inOrder
  }
  /** What was taken back. */
  get endings(): Endings {
    return this.ended
  }
  plan(batch: number): BatchPlan {
    return this.plansByBatch[batch] ?? { priority: 0 }
  }
  app(number: number): App | undefined {
    return this.appsByNumber.get(number)
  }
  batch(number: number): Batch | undefined {
    return this.batchesByNumber.get(number)
  }

  /** How far this batch trusts donors; undefined: every unit gets its quorum. */
  trust(batch: number): BatchTrust | undefined {
    return this.trustByBatch.get(batch)
  }

  /** Indexes of this batch's units whose answers are known; undefined when there are none. */
  known(batch: number): ReadonlySet<number> | undefined {
    return this.knownUnits.get(batch)
  }

  /**
   * Checks a module in a slot and publishes it. Rejects with `bad-argument`, `already-exists` and the codes of the
   * toolchain. `variant`: its name goes on meaning the app that it means now.
   */
  addApp(wanted: NewApp, variant = false): Promise<AddedApp> {
    return this.inLane(async () => {
      this.restored.check()
      const { name, original, memoryLimitBytes, checkpoint = false } = wanted
      checkDisplayText('The name of the app', name, LIMITS.appNameChars)
      const { store, cores, host } = this.parts
      const { rewriterVersion } = this.init
      const moduleHash = host.moduleHash(original)
      const module = { moduleHash, rewriterVersion, memoryLimitBytes, ...(checkpoint && { checkpoint }) }
      const twin = store
        .apps()
        .filter((app) => app.name === name && app.moduleHash === moduleHash)
        .find((app) => app.memoryLimitBytes === memoryLimitBytes && (app.checkpoint ?? false) === checkpoint)
      if (twin)
        throw new PowerswarmError(
          'already-exists',
          `App '${name}' has this module already, as number ${twin.app}`,
        )
      const { rewrittenHash, permissions } = await checkModule(this.parts.slotHost, { module, original })
      const { moduleCore } = await cores.addModule(original)
      const app: App = {
        type: 'app',
        app: store.apps().length,
        name,
        moduleBytes: original.byteLength,
        moduleCore,
        rewrittenHash,
        ...module,
      }
      encodeProjectRecord(app)
      store.transact(() => {
        store.addApp(app, original)
        if (variant) saveVariant(store, app.app)
      })
      await this.publish()
      return { app: app.app, name, moduleHash, rewrittenHash, checkpoint, permissions }
    })
  }

  /**
   * Publishes a batch. Rejects with `not-found` for an unknown app, `bad-argument` for what cannot be a batch, and with
   * what is wrong with its inputs; then nothing of it is kept. `chosen`: the app, where its name does not say which.
   */
  addBatch(wanted: NewBatch, chosen?: App): Promise<{ batch: number; units: number; app: number }> {
    return this.inLane(async () => {
      this.restored.check()
      if (this.ended.closed) throw new PowerswarmError('bad-argument', 'The project is closed')
      const {
        app,
        first = 0,
        count = 0,
        inputs,
        priority = 0,
        deadline,
        maxError,
        known = [],
        reserve,
        ...limits
      } = wanted
      const { store } = this.parts
      const batch: Batch = {
        ...limits,
        type: 'batch',
        app: (chosen ?? this.find(app)).app,
        batch: store.batches().length,
        first,
        count,
      }
      const plan: BatchPlan = {
        priority,
        ...(deadline !== undefined && { deadline }),
        ...reservePlan(reserve, batch, inputs !== undefined),
      }
      const trust = maxError === undefined ? undefined : { ...policyFor(maxError), maxError }
      const save = (whole: Batch): void => {
        const answers = knownOutputs(whole, known, this.parts)
        store.transact(() => {
          store.addBatch(whole, plan)
          // Not in the record: donors must not know how often they are checked.
          if (trust) store.setBatchTrust(whole.batch, trust)
          saveKnown(this.parts, answers)
        })
      }
      if (inputs) await addWithInputs(this.parts, batch, inputs, save)
      else {
        checkRange(batch)
        checkTemplate(batch.args)
        encodeProjectRecord(batch)
        save(batch)
      }
      await this.publish()
      return { batch: batch.batch, units: this.batch(batch.batch)?.count ?? 0, app: batch.app }
    })
  }

  /** Takes a batch back. Rejects with `not-found`. Again: no effect. */
  cancelBatch(batch: number): Promise<void> {
    return this.inLane(async () => {
      this.batchOrThrow(batch)
      this.parts.store.cancelBatch(batch, this.parts.clock.now())
      await this.publish()
    })
  }

  /** Takes units back. Rejects with `not-found` unless all exist. Again: no effect. */
  cancelUnits(units: readonly UnitId[]): Promise<void> {
    return this.inLane(async () => {
      for (const unit of units)
        if (unit.index >= this.batchOrThrow(unit.batch).count)
          throw new PowerswarmError('not-found', `There is no unit ${unitText(unit)} in this project`)
      const { store } = this.parts
      store.transact(() => {
        store.cancelUnits(units)
      })
      await this.publish()
    })
  }

  /** Ends the project for good. Again: no effect. */
  close(): Promise<void> {
    return this.inLane(async () => {
      const { store, clock } = this.parts
      if (store.setting(CLOSED_SETTING) === undefined) store.setSetting(CLOSED_SETTING, String(clock.now()))
      await this.publish()
    })
  }

  private batchOrThrow(number: number): Batch {
    const batch = this.batch(number)
    if (!batch) throw new PowerswarmError('not-found', `There is no batch ${number} in this project`)
    return batch
  }

  /** The store has every module; cores that were lost with their folder are made again from it. */
  private async restoreModules(): Promise<void> {
    const { cores, store } = this.parts
    for (const app of store.apps()) {
      if (await cores.holdsModule(app)) continue
      const original = store.originalModule(app.app)
      if (original) await cores.addModule(original)
    }
  }

  /** Publishes what had to wait. */
  catchUp(): Promise<void> {
    return this.inLane(() => this.publish())
  }

  /** By name, the newest that is no variant, or by number. Throws `not-found`. */
  find(nameOrNumber: string): App {
    const variants = variantApps(this.parts.store)
    const byName = this.apps.findLast(({ app, name }) => name === nameOrNumber && !variants.has(app))
    const found = byName ?? (/^\d{1,9}$/.test(nameOrNumber) ? this.app(Number(nameOrNumber)) : undefined)
    if (!found) throw new PowerswarmError('not-found', `There is no app '${nameOrNumber}' in this project`)
    return found
  }

  private inLane<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lane.then(work)
    // The lane goes on after a failure; the caller of the failed work is told.
    this.lane = result.catch(() => undefined)
    return result
  }

  private async publish(): Promise<void> {
    const { cores, store } = this.parts
    this.remember(await cores.projectRecords())
    const missing = [
      ...this.missingHead(),
      ...store.apps().filter((app) => !this.appsByNumber.has(app.app)),
      ...store.batches().filter((batch) => !this.batchesByNumber.has(batch.batch)),
      ...missingReserves(store, this.published, this.ended),
      ...missingEndings(store, this.ended),
    ]
    if (missing.length > 0 && this.restored.why !== undefined) return
    if (missing.length > 0) await cores.appendProject(missing)
    this.remember([...this.published, ...missing])
  }

  private missingHead(): ProjectRecord[] {
    const { epoch, ledgerKey } = this.parts.cores
    const head: ProjectRecord[] = []
    const manifest = this.manifest ?? this.init.manifest
    if (!manifest) return []
    if (!this.manifest) head.push(manifest)
    if (!this.published.some((record) => record.type === 'core' && record.epoch === epoch))
      head.push({ type: 'core', role: 'ledger', epoch, key: ledgerKey })
    const results = this.findings.record
    if (
      results &&
      !this.published.some((record) => record.type === 'results' && record.epoch === results.epoch)
    )
      head.push(results)
    return head
  }

  private remember(records: readonly ProjectRecord[]): void {
    this.published = [...records]
    this.trustByBatch = this.parts.store.batchTrust()
    this.knownUnits = knownByBatch(this.parts.store.knownAnswers())
    this.appsByNumber = new Map()
    this.batchesByNumber = new Map()
    for (const record of records) {
      if (record.type === 'app') this.appsByNumber.set(record.app, record)
      if (record.type === 'batch') this.batchesByNumber.set(record.batch, record)
    }
    this.ended = endingsOf(records)
    this.plansByBatch = this.parts.store.plans()
    this.inOrder = byUrgency(
      this.batches.filter(({ batch }) => !this.ended.hasBatch(batch) && !this.withoutInputs.has(batch)),
      this.plansByBatch,
    )
  }
}
