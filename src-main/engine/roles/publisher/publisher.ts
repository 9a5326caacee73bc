import type { PublisherEngineSchema } from '../../../contracts/engine.ts'
import type { PublisherStatus } from '../../../contracts/publisher-state.ts'
import type { Handlers } from '../../../contracts/rpc.ts'
import type { PublisherHandlers, PublisherNetwork } from '../../ports.ts'
import { errorCode } from '../../../domain/errors.ts'
import type { DonorKey } from '../../../domain/ids.ts'
import { appWithMemory } from './app-with-memory.ts'
import { CancelledUnits } from './cancelled-units.ts'
import { cancelledBy } from './cancelling.ts'
import { Catalogue } from './catalogue.ts'
import { Checks } from './checks.ts'
import type { PublisherComponents, PublisherInit, ServeInit } from './components.ts'
import { Credits } from './credits.ts'
import { DonorDesk, type DeskComponents } from './donor-desk.ts'
import { sweepEnded, UnitEndings } from './endings.ts'
import { Findings } from './findings.ts'
import { FuelMeans } from './fuel-means.ts'
import { Intake } from './intake.ts'
import { ownDonorKey } from './own-donor-key.ts'
import { Leasing } from './leasing.ts'
import { Pairs } from './pairs.ts'
import { Restored } from './restored.ts'
import { Returns } from './returns.ts'
import { Sealer } from './sealer.ts'
import { Steering } from './steering.ts'
import { Trusting } from './trusting.ts'
import { VerifyCores } from './verify-cores.ts'
import { donorPage, donorReceipt, publisherStatus, resultPage } from './views.ts'
import { Withdrawals } from './withdrawals.ts'
import { WriteQueue } from './write-queue.ts'

/** Results in doubt and windows that stay open are looked after this often. */
const CHORES_EVERY_MS = 1_000
const CHORES_WEIGHT = 512

/** The publisher of one project: open it, add apps and batches, serve donors, close it. */
export class Publisher {
  /** The calls of contracts/engine but those of the process around it. */
  readonly handlers: Omit<Handlers<PublisherEngineSchema>, 'info' | 'backup' | 'shutdown'>
  /** What donors are answered; given to the network by {@link serve}. */
  readonly donorHandlers: PublisherHandlers

  private readonly parts: PublisherComponents
  private readonly init: PublisherInit
  private readonly catalogue: Catalogue
  private readonly cancelledUnits: CancelledUnits
  private readonly trusting: Trusting
  private readonly restored: Restored
  private readonly returns: Returns
  private readonly findings: Findings
  private readonly leasing: Leasing
  private readonly writes: WriteQueue
  private readonly sealer: Sealer
  private readonly verifyCores: VerifyCores
  private readonly listeners = new Set<() => void>()
  private network: PublisherNetwork | undefined
  private serving = false
  private stopWatching: (() => void) | undefined
  private stopChores: (() => void) | undefined

  private constructor(parts: PublisherComponents, init: PublisherInit) {
    this.parts = parts
    this.init = init
    const fuelMeans = new FuelMeans()
    this.restored = new Restored(parts, {
      done: () => void this.goOn(),
      changed: () => {
        this.changed()
      },
    })
    this.writes = new WriteQueue(parts.store, parts.timers, parts.log)
    this.returns = new Returns(parts.clock, () => this.network?.donorsConnected ?? 0)
    this.findings = new Findings(parts, this.restored, this.writes)
    this.catalogue = new Catalogue(parts, init, this.restored, this.findings)
    const credits = new Credits(parts)
    this.trusting = new Trusting(parts, credits, new Withdrawals(parts, this.catalogue))
    const { catalogue, trusting, returns } = this
    const pairs = new Pairs(parts, catalogue, trusting)
    const checks = new Checks(parts, catalogue, trusting)
    const unitEndings = new UnitEndings(parts, trusting, credits)
    this.leasing = new Leasing({ parts, catalogue, trusting, pairs, checks, unitEndings, fuelMeans })
    this.sealer = new Sealer(parts, this.restored, (donorKeys) => {
      this.network?.notifyGranted(donorKeys)
      this.changed()
    })
    const desk: DeskComponents = {
      parts,
      catalogue: this.catalogue,
      leasing: this.leasing,
      intake: new Intake({ parts, catalogue, trusting, credits, fuelMeans, returns }),
      sealer: this.sealer,
      restored: this.restored,
      writes: this.writes,
      donorsConnected: () => this.network?.donorsConnected ?? 0,
      changed: () => {
        this.verifyCores.poke()
        this.changed()
      },
    }
    this.cancelledUnits = new CancelledUnits(parts.store)
    const steering = new Steering({ ...desk, trusting })
    this.verifyCores = new VerifyCores(desk)
    this.donorHandlers = new DonorDesk(desk)
    this.handlers = {
      status: () => this.status,
      addApp: (app) => this.changing(this.catalogue.addApp(app)),
      addBatch: async ({ memoryLimitBytes, ...batch }) => {
        const app =
          memoryLimitBytes === undefined
            ? undefined
            : await appWithMemory(parts, catalogue, batch.app, memoryLimitBytes)
        const added = await this.changing(this.catalogue.addBatch(batch, app))
        this.network?.notifyWork()
        return added
      },
      cancel: async (what) => {
        const cancelled = cancelledBy(parts, catalogue, what)
        if (what.batch !== undefined) await this.catalogue.cancelBatch(what.batch)
        if (what.units !== undefined) await this.catalogue.cancelUnits(what.units)
        await this.changing(sweepEnded(parts, unitEndings, catalogue, this.writes))
        return cancelled
      },
      closeProject: async () => {
        await this.catalogue.close()
        await this.changing(sweepEnded(parts, unitEndings, catalogue, this.writes))
      },
      results: (page) => resultPage(parts, this.catalogue, page),
      donors: (page) => {
        const connected = this.network?.donors() ?? []
        return donorPage(parts, new Set(connected.map(({ donorKey }) => donorKey)), page)
      },
      ban: ({ donor }) => this.changing(steering.ban(donor as DonorKey)),
      unban: ({ donor }) => this.changing(steering.unban(donor as DonorKey)),
      retry: async (which) => {
        const retried = await this.changing(steering.retry(which))
        this.network?.notifyWork()
        return retried
      },
      receipt: ({ donorKey }) => donorReceipt(parts, donorKey as DonorKey),
    }
  }

  /**
   * Opens the project: publishes what a crash kept out of the project core and appends what it kept off the ledger.
   * Rejects with `not-found` when there is no project and `init` has no manifest for a new one. Does not serve yet.
   */
  static async open(parts: PublisherComponents, init: PublisherInit): Promise<Publisher> {
    const publisher = new Publisher(parts, init)
    await publisher.findings.open()
    await publisher.catalogue.open()
    parts.store.transact(() => publisher.leasing.lapseAll(ownDonorKey(parts)))
    await publisher.sealer.seal()
    await publisher.findings.publish()
    return publisher
  }

  get status(): PublisherStatus {
    return publisherStatus(this.parts, this.catalogue, this.cancelledUnits, this.init.link, {
      serving: this.serving,
      donorsConnected: this.network?.donorsConnected ?? 0,
      ...(this.restored.why === undefined ? {} : { waiting: this.restored.why }),
    })
  }

  /** Answers donors and seals their grants until {@link close}. The caller closes the network afterwards. */
  async serve({ network, verifyCores }: ServeInit): Promise<void> {
    this.network = network
    this.returns.started()
    this.stopWatching = network.onDonorsChanged(() => {
      this.returns.look()
      this.changed()
    })
    this.sealer.start()
    this.stopChores = this.parts.timers.every(CHORES_EVERY_MS, () => {
      this.returns.look()
      void this.chores()
      void this.findings.publish()
    })
    this.verifyCores.start(verifyCores)
    // Donors may call before it resolves.
    await network.serve(this.donorHandlers)
    this.serving = true
    this.changed()
  }

  /** The status changed; called often, so listeners wait a little before they read it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Puts everything that is decided on the ledger and stops. Store, cores and network stay the caller's to close. */
  async close(): Promise<void> {
    this.stopWatching?.()
    this.stopChores?.()
    const stopped = this.verifyCores.stop()
    this.writes.flush()
    await stopped
    this.writes.flush()
    await this.sealer.stop()
    await this.findings.publish()
    this.network = undefined
    this.serving = false
  }

  private async chores(): Promise<void> {
    try {
      await this.writes.run(CHORES_WEIGHT, () => {
        this.trusting.chores(this.parts.clock.now())
      })
    } catch (error) {
      this.parts.log('warn', 'chores-failed', { code: errorCode(error) })
    }
  }

  /** What had to wait since the project was restored is published and granted. */
  private async goOn(): Promise<void> {
    this.sealer.poke()
    try {
      await this.catalogue.catchUp()
    } catch (error) {
      this.parts.log('error', 'catch-up-failed', { message: String(error) })
    }
    this.changed()
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }

  private async changing<T>(work: Promise<T>): Promise<T> {
    const result = await work
    this.changed()
    return result
  }
}
