import type { PublisherEngineSchema } from '../../../contracts/engine.ts'
import type { PublisherStatus } from '../../../contracts/publisher-state.ts'
import type { Handlers } from '../../../contracts/rpc.ts'
import type { PublisherHandlers, PublisherNetwork } from '../../ports.ts'
import { Catalogue } from './catalogue.ts'
import type { PublisherComponents, PublisherInit, ServeInit } from './components.ts'
import { DonorDesk, type DeskComponents } from './donor-desk.ts'
import { sweepEnded } from './endings.ts'
import { FuelMeans } from './fuel-means.ts'
import { Intake, ownDonorKey } from './intake.ts'
import { Leasing } from './leasing.ts'
import { Sealer } from './sealer.ts'
import { VerifyCores } from './verify-cores.ts'
import { publisherStatus, resultPage } from './views.ts'
import { WriteQueue } from './write-queue.ts'

/** The publisher of one project: open it, add apps and batches, serve donors, close it. */
export class Publisher {
  /** The calls of contracts/engine but those of the process around it. */
  readonly handlers: Omit<Handlers<PublisherEngineSchema>, 'info' | 'shutdown'>
  /** What donors are answered; given to the network by {@link serve}. */
  readonly donorHandlers: PublisherHandlers

  private readonly parts: PublisherComponents
  private readonly init: PublisherInit
  private readonly catalogue: Catalogue
  private readonly leasing: Leasing
  private readonly writes: WriteQueue
  private readonly sealer: Sealer
  private readonly verifyCores: VerifyCores
  private readonly listeners = new Set<() => void>()
  private network: PublisherNetwork | undefined
  private serving = false
  private stopWatching: (() => void) | undefined

  private constructor(parts: PublisherComponents, init: PublisherInit) {
    this.parts = parts
    this.init = init
    const fuelMeans = new FuelMeans()
    this.catalogue = new Catalogue(parts, init)
    this.leasing = new Leasing(parts, this.catalogue, fuelMeans)
    this.writes = new WriteQueue(parts.store, parts.timers, parts.log)
    this.sealer = new Sealer(parts, (donorKeys) => {
      this.network?.notifyGranted(donorKeys)
      this.changed()
    })
    const desk: DeskComponents = {
      parts,
      catalogue: this.catalogue,
      leasing: this.leasing,
      intake: new Intake(parts, this.catalogue, fuelMeans),
      sealer: this.sealer,
      writes: this.writes,
      donorsConnected: () => this.network?.donorsConnected ?? 0,
      changed: () => {
        this.verifyCores.poke()
        this.changed()
      },
    }
    this.verifyCores = new VerifyCores(desk)
    this.donorHandlers = new DonorDesk(desk)
    this.handlers = {
      status: () => this.status,
      addApp: (app) => this.changing(this.catalogue.addApp(app)),
      addBatch: async (batch) => {
        const added = await this.changing(this.catalogue.addBatch(batch))
        this.network?.notifyWork()
        return added
      },
      cancel: async (what) => {
        if (what.batch !== undefined) await this.catalogue.cancelBatch(what.batch)
        if (what.units !== undefined) await this.catalogue.cancelUnits(what.units)
        await this.changing(sweepEnded(parts, this.catalogue, this.writes))
      },
      closeProject: async () => {
        await this.catalogue.close()
        await this.changing(sweepEnded(parts, this.catalogue, this.writes))
      },
      results: (page) => resultPage(parts, this.catalogue, page),
    }
  }

  /**
   * Opens the project: publishes what a crash kept out of the project core and appends what it kept off the ledger.
   * Rejects with `not-found` when there is no project and `init` has no manifest for a new one. Does not serve yet.
   */
  static async open(parts: PublisherComponents, init: PublisherInit): Promise<Publisher> {
    const publisher = new Publisher(parts, init)
    await publisher.catalogue.open()
    parts.store.transact(() => publisher.leasing.lapseAll(ownDonorKey(parts)))
    await publisher.sealer.seal()
    return publisher
  }

  get status(): PublisherStatus {
    return publisherStatus(this.parts, this.catalogue, this.init.link, {
      serving: this.serving,
      donorsConnected: this.network?.donorsConnected ?? 0,
    })
  }

  /** Answers donors and seals their grants until {@link close}. The caller closes the network afterwards. */
  async serve({ network, verifyCores }: ServeInit): Promise<void> {
    this.network = network
    this.stopWatching = network.onDonorsChanged(() => {
      this.changed()
    })
    this.sealer.start()
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
    const stopped = this.verifyCores.stop()
    this.writes.flush()
    await stopped
    this.writes.flush()
    await this.sealer.stop()
    this.network = undefined
    this.serving = false
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
