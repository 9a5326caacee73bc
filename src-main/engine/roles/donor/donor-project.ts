import type { Standing, SubmittedResult } from '../../../contracts/wire/messages.ts'
import { errorCode } from '../../../domain/errors.ts'
import { bytesToHex, type ProjectKey, type UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { projectStateOf, type ProjectState } from '../../../domain/project-state.ts'
import { isCounted, sentBytes, submittable, type UnitRun } from '../../../domain/outcome.ts'
import type {
  KeyPair,
  ProjectConnection,
  StoredProject,
  StoredResult,
  StoredResultState,
} from '../../ports.ts'
import { Alarm } from './alarm.ts'
import { Ban } from './ban.ts'
import { Catalogue, withInputs, type Task } from './catalogue.ts'
import type { DonorComponents, DonorInit } from './components.ts'
import { followLedger, syncGrants } from './grants.ts'
import { InputBuffer } from './input-buffer.ts'
import { keepEvidence } from './keep-evidence.ts'
import { LeaseAhead } from './lease-ahead.ts'
import { ReserveDraw } from './reserve-draw.ts'
import { ResultWriter } from './result-writer.ts'
import { UnitQueue } from './unit-queue.ts'

/** Whom a project tells. */
export interface ProjectOwner {
  changed(): void
  /** A unit that {@link DonorProject.take} gave is computed, or is put back. */
  ended(unit: UnitId, computedMs: number): void
}

/**
 * The donor's membership in one project: leases units ahead of need, hands them to slots, saves results before it
 * sends them, and checks every grant against the signed ledger. All talk with the publisher goes through one loop,
 * {@link tend}, which runs at most once at a time.
 */
export class DonorProject {
  readonly projectKey: ProjectKey
  readonly catalogue = new Catalogue()
  readonly connection: ProjectConnection
  readonly queue: UnitQueue
  private readonly parts: DonorComponents
  private readonly init: DonorInit
  private readonly keys: KeyPair
  private readonly owner: ProjectOwner
  private readonly ahead: LeaseAhead
  private readonly writer: ResultWriter
  private readonly inputs: InputBuffer
  private readonly reserve: ReserveDraw
  private readonly stops: (() => void)[] = []
  private readonly alarm: Alarm
  private readonly ban = new Ban()
  private stored: StoredProject
  private grantsAskedAt = Number.NEGATIVE_INFINITY
  /** Something failed in the last round: when what it left undone is tried again, by the monotonic clock. */
  private restUntil: number | undefined
  private tending: Promise<void> | undefined
  private tendAgain = false
  private left = false
  private moduleTrouble: string | undefined

  constructor(
    parts: DonorComponents,
    init: DonorInit,
    stored: StoredProject,
    connection: ProjectConnection,
    keys: KeyPair,
    owner: ProjectOwner,
  ) {
    this.parts = parts
    this.init = init
    this.stored = stored
    this.connection = connection
    this.keys = keys
    this.owner = owner
    this.projectKey = stored.projectKey
    this.alarm = new Alarm(parts.timers, () => {
      this.tend()
      // Nothing else tells slots without work that the reserve is open now.
      if (this.reserve.isOpen) owner.changed()
    })
    this.queue = new UnitQueue(parts.store, parts.snapshots, stored.projectKey)
    this.ahead = new LeaseAhead(parts, connection, this.catalogue, this.queue)
    this.reserve = new ReserveDraw({ parts, connection, catalogue: this.catalogue, keys })
    this.inputs = new InputBuffer({
      connection,
      timers: parts.timers,
      log: parts.log,
      changed: () => {
        this.prepareInputs()
        owner.changed()
      },
    })
    this.writer = new ResultWriter(parts, (results) => {
      for (const { unit } of results) {
        this.queue.done(unit)
        parts.snapshots.drop(this.projectKey, unit)
      }
      this.tend()
    })
    this.stops.push(
      connection.onRecord((record) => {
        this.catalogue.add(record)
        if (record.type === 'cancel' || record.type === 'close') {
          this.queue.dropAll((unit) => this.isOver(unit))
          // Told again at every start, which mends what a crash or an earlier version left.
          parts.store.endPending(this.projectKey, record)
        }
        // A new ledger repeats what this donor holds: that is looked at as soon as it can be.
        if (record.type === 'core') this.grantsAskedAt = Number.NEGATIVE_INFINITY
        this.nameProject()
        this.tend()
        owner.changed()
      }),
      connection.onChange(() => {
        this.inputs.retry()
        this.reserve.followConnection()
        if (connection.state === 'offline') {
          this.grantsAskedAt = Number.NEGATIVE_INFINITY
          if (connection.troubleCode === 'banned') this.noteBan()
          this.ban.reconnect()
        }
        this.tend()
        owner.changed()
      }),
      connection.onFork((file) => {
        keepEvidence(parts, this.projectKey, file)
        owner.changed()
      }),
      connection.onWork(() => {
        this.ahead.hurry()
        this.plan()
      }),
      connection.onGranted(() => {
        this.grantsAskedAt = Number.NEGATIVE_INFINITY
        this.tend()
      }),
      () => {
        this.alarm.clear()
      },
    )
    this.tend()
  }

  get project(): StoredProject {
    return this.stored
  }
  get trouble(): string | undefined {
    // The sentence about the state says it all.
    if (this.state === 'banned') return undefined
    return this.connection.trouble ?? this.moduleTrouble
  }
  get state(): ProjectState {
    return projectStateOf({
      connected: this.connection.state === 'connected',
      closed: this.catalogue.endings.closed,
      restricted: this.restricted,
      trouble: this.ban.stands ? 'banned' : this.connection.troubleCode,
    })
  }
  /** Nothing is computed, saved or sent any more. */
  get hasLeft(): boolean {
    return this.left
  }
  get restricted(): boolean {
    return !this.catalogue.allows(this.init.onlyModules)
  }

  /** The publisher took this unit back: its result counts for nobody. */
  isOver(unit: UnitId): boolean {
    return this.left || this.catalogue.endings.has(unit)
  }

  /** There is something to compute for it, as far as is known. */
  get hasWork(): boolean {
    return this.catalogue.hasWork && !this.idle
  }

  /** Nothing new is computed: it may not be, or would be for nothing. */
  private get idle(): boolean {
    return this.left || this.restricted || this.ban.stands
  }

  /** How many slots compute for it now, and for how long they are to have work at hand; the size of the buffer follows. */
  setSlots(slots: number, bufferMs: number): void {
    if (this.ahead.aim(slots, bufferMs)) this.plan()
  }

  /** The next unit for a slot; it stays leased on disk until {@link finish} or {@link giveBack}. */
  take(): Task | undefined {
    if (this.idle) return undefined
    const away = this.connection.state !== 'connected'
    let task: Task | undefined
    const fits = (candidate: UnitId): boolean => {
      task = this.catalogue.task(candidate, this.projectKey, this.parts.digests)
      return task !== undefined && (!task.batch.inputs || this.inputs.isReady(candidate))
    }
    const unit = this.queue.take(this.parts.clock.now(), fits, away)
    this.prepareInputs()
    this.plan()
    return unit && task
  }

  /** A unit for a slot that nobody has another for, while the publisher is away: see domain/reserve.ts. */
  takeFromReserve(): Task | undefined {
    if (this.idle) return undefined
    const unit = this.reserve.draw()
    if (!unit) return undefined
    this.queue.add([unit], this.parts.clock.now() + LIMITS.leaseMs, true)
    return this.take()
  }

  /** What a unit of this project is given as arguments, as far as its batch says; empty while it is unknown. */
  argsOf(unit: UnitId): readonly string[] {
    return this.catalogue.task(unit, this.projectKey, this.parts.digests)?.args ?? []
  }

  /** How long a slot will need for this unit; undefined while nobody knows. */
  expectedMs(task: Task): number | undefined {
    return this.ahead.unitMs(task.unit.batch)
  }

  /**
   * The task with what its unit is given. Undefined when that cannot be had: the unit then waits again, or has failed if
   * its inputs are none.
   */
  async complete(task: Task): Promise<Task | undefined> {
    if (!task.batch.inputs) return task
    try {
      return withInputs(task, await this.inputs.take(task))
    } catch (error) {
      if (errorCode(error) !== 'bad-record') this.giveBack(task)
      else this.finish(task, failedRun(error instanceof Error ? error.message : String(error)), 0)
      return undefined
    }
  }

  /** A unit that is over and was taken: neither its result nor the unit comes back. */
  drop(task: Task, computedMs = 0): void {
    this.owner.ended(task.unit, computedMs)
  }

  giveBack(task: Task): void {
    this.owner.ended(task.unit, 0)
    if (this.isOver(task.unit)) return
    this.queue.putBack(task.unit)
  }

  /**
   * Saves the result on disk, at once or with those that follow closely, then sends it as soon as the publisher can be
   * reached. Throws what the disk says; the result is then still the caller's. Once the project was left the result is
   * dropped.
   */
  finish(task: Task, run: UnitRun, computedMs: number): void {
    this.owner.ended(task.unit, computedMs)
    if (this.isOver(task.unit)) return
    if (isCounted(run.outcome)) this.ahead.learn(task.unit.batch, run.fuel, computedMs)
    this.writer.add({
      projectKey: this.projectKey,
      unit: task.unit,
      appName: task.app.name,
      args: task.args,
      run: submittable(run),
      state: 'computed',
      finishedAt: this.parts.clock.now(),
    })
  }

  /** The app's module was refused here; said in the window, and the project goes on with its other apps. */
  reportModule(message: string): void {
    this.moduleTrouble = message
    this.owner.changed()
  }

  /** Starts a round of sending, asking and checking, or asks the running one for another. Never throws. */
  tend(): void {
    if (this.left) return
    if (this.tending) {
      this.tendAgain = true
      return
    }
    this.tending = this.round().finally(() => {
      this.tending = undefined
      if (this.tendAgain) {
        this.tendAgain = false
        this.tend()
      } else this.plan()
    })
  }

  /** The first half of leaving: what is finished is saved; from here on nothing is taken, saved or sent. */
  retire(): void {
    if (!this.left) this.writer.close()
    this.inputs.close()
    this.left = true
    for (const stop of this.stops.splice(0)) stop()
  }

  async leave(): Promise<void> {
    this.retire()
    await this.connection.leave()
    await this.tending
  }

  /** Sees to it that a round begins when the next thing is due. A round that is under way does so at its end. */
  private plan(): void {
    if (this.left || this.tending) return
    const now = this.parts.clock.monotonicMs()
    if (this.connection.state !== 'connected') {
      if (this.reserve.opensAt > now) this.alarm.setAt(this.reserve.opensAt, now)
      return
    }
    const dueAt = this.restUntil ?? this.dueAt
    if (dueAt <= now) this.tend()
    else this.alarm.setAt(dueAt, now)
  }

  private get dueAt(): number {
    const grantsAt = this.grantsAskedAt + LIMITS.askGrantsEveryMs
    return this.restricted ? grantsAt : Math.min(grantsAt, this.ahead.dueAt)
  }

  /** Each step on its own: a grant that cannot be checked must not keep slots from getting work. */
  private async round(): Promise<void> {
    const steps = [
      () => this.leaseMore(),
      () => this.submitAll(),
      () => this.checkGrants(),
      () => this.ahead.giveLateBack(),
    ]
    if (this.ban.retryAt > this.parts.clock.monotonicMs()) return
    this.restUntil = undefined
    for (const step of steps) {
      if (this.left || this.connection.state !== 'connected') return
      try {
        await step()
      } catch (error) {
        if (errorCode(error) === 'banned') {
          this.noteBan()
          break
        }
        this.restUntil = this.parts.clock.monotonicMs() + LIMITS.tendEveryMs
        this.parts.log('warn', 'publisher-call-failed', {
          project: this.projectKey,
          code: errorCode(error),
          message: error instanceof Error ? error.message : String(error),
        })
      }
    }
    if (this.restUntil === undefined) this.ban.lift()
    this.owner.changed()
  }

  /** The publisher refused this donor. All that is due rests; then a call that is made in any case tells how it stands. */
  private noteBan(): void {
    const isNews = this.ban.refused(this.parts.clock.monotonicMs())
    this.restUntil = this.ban.retryAt
    this.grantsAskedAt = Number.NEGATIVE_INFINITY
    if (isNews) this.parts.log('warn', 'project-banned', { project: this.projectKey, code: 'banned' })
  }

  /** Asks when told of a grant, after every reconnection, and now and then in case a notice was lost. */
  private async checkGrants(): Promise<void> {
    const now = this.parts.clock.monotonicMs()
    if (now - this.grantsAskedAt < LIMITS.askGrantsEveryMs) return
    this.grantsAskedAt = now
    await followLedger(this.parts, this.connection, this.projectKey, this.catalogue.ledgerEpoch)
    await syncGrants(this.parts, this.connection, this.projectKey, bytesToHex(this.keys.publicKey))
  }

  private async submitAll(): Promise<void> {
    for (;;) {
      const batch = withinBytes(this.parts.store.unsent(this.projectKey, LIMITS.submitResults))
      if (batch.length === 0) return
      const answer = await this.connection.submit(batch.map((result) => this.submission(result)))
      this.parts.store.transact(() => {
        batch.forEach((result, i) => {
          const standing = answer.standings[i] ?? 'refused'
          // The publisher may take it before it has swept what it took back.
          const isVain = standing === 'pending' && this.isOver(result.unit)
          this.parts.store.markResult(this.projectKey, result.unit, isVain ? 'uncounted' : STATE_OF[standing])
        })
      })
      this.ahead.acknowledged()
      // Slots come first: what waits to be sent may be hours of work.
      await this.leaseMore()
      if (answer.standings.length < batch.length) return
    }
  }

  private submission({ unit, run }: StoredResult): SubmittedResult {
    const { outcome, fuel, stdout, files } = run
    const isPrinted = outcome === 'ok' || outcome === 'exit-nonzero'
    return {
      unit,
      outcome,
      exitCode: run.exitCode ?? 0,
      fuel,
      stdout: isPrinted ? stdout : new Uint8Array(),
      ...(files !== undefined && { files }),
      engine: this.init.engineLabel,
    }
  }

  private async leaseMore(): Promise<void> {
    if (!this.restricted && (await this.ahead.leaseMore())) this.tend()
  }

  /** Units that a slot may take next, where they need inputs. */
  private prepareInputs(): void {
    if (this.left || !this.catalogue.hasInputs) return
    const needs = this.queue.ahead(LIMITS.leaseUnits).flatMap((unit) => {
      const batch = this.catalogue.batch(unit.batch)
      return batch?.inputs ? [{ unit, batch }] : []
    })
    this.inputs.prepare(needs, 2 * this.ahead.slotCount)
  }

  private nameProject(): void {
    const { manifest } = this.catalogue
    if (!manifest || (manifest.name === this.stored.name && manifest.purpose === this.stored.purpose)) return
    this.stored = { ...this.stored, name: manifest.name, purpose: manifest.purpose }
    this.parts.store.saveProject(this.stored)
  }
}

function failedRun(reason: string): UnitRun {
  return { outcome: 'host-failure', fuel: 0n, stdout: new Uint8Array(), stderr: new Uint8Array(), reason }
}

/** What an acknowledged result is to the donor. A verified one is pending until the ledger has it. */
const STATE_OF: Readonly<Record<Standing, StoredResultState>> = {
  pending: 'pending',
  verified: 'pending',
  rejected: 'rejected',
  noted: 'uncounted',
  refused: 'uncounted',
  uncounted: 'uncounted',
}

/** A result without its output takes less than this. */
const RESULT_BYTES = 128

/** As many of the oldest results as one submit may carry by size; always at least one. */
function withinBytes(results: readonly StoredResult[]): readonly StoredResult[] {
  let bytes = 0
  let files = 0
  const end = results.findIndex((result, i) => {
    const { stdout, files: own = [] } = result.run
    bytes += stdout.byteLength + sentBytes(own) + RESULT_BYTES
    files += own.length
    return i > 0 && (bytes > LIMITS.submitBytes || files > LIMITS.grantUnits)
  })
  return end < 0 ? results : results.slice(0, end)
}
