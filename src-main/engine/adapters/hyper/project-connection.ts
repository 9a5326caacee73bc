import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import type {
  GiveBack,
  GrantsAnswer,
  GrantsRequest,
  LeaseAnswer,
  LeaseRequest,
  SubmitAnswer,
  SubmittedResult,
} from '../../../contracts/wire/messages.ts'
import { displayLine } from '../../../domain/display-text.ts'
import { errorCode, PowerswarmError, type ErrorCode } from '../../../domain/errors.ts'
import { bytesToHex, type ModuleHash, type ProjectKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { App, Batch, FoundResult, LedgerRecord, ProjectRecord } from '../../../domain/project.ts'
import type { UnitInputs } from '../../../domain/unit-inputs.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { ConnectionState, KeyPair, Log, ProjectConnection, Timers } from '../../ports.ts'
import { FoundFeed } from './found-feed.ts'
import type { Guard } from './guard.ts'
import { InputShelf } from './inputs/input-shelf.ts'
import { projectCoreKey } from './keys.ts'
import { watchForks } from './fork-watch.ts'
import { fetchLedgerBlock } from './ledger-block.ts'
import { ModuleShelf } from './module-shelf.ts'
import { followProject } from './project-feed.ts'
import { sayHello, type PublisherLink } from './publisher-link.ts'
import { Redial } from './redial.ts'
import { SeederWatch, type SeederFault } from './seeder-watch.ts'

/** For the person. */
interface Trouble {
  readonly code: ErrorCode
  readonly message: string
}

export interface ProjectConnectionInit {
  readonly projectKey: ProjectKey
  readonly donorKeys: KeyPair
  readonly store: Corestore
  readonly timers: Timers
  readonly log: Log
  random(): number
  /** This machine's wall clock. */
  now(): UnixMs
  moduleHash(bytes: Uint8Array): ModuleHash
  dial(): void
  /** The swarm is not to retry by itself until the next {@link dial}. */
  undial(): void
  /** Another donor is of no use or lies. */
  onFault(connection: SwarmConnection, fault: SeederFault): void
  /** Takes the project off the swarm; called once, by `leave`. */
  onLeave(): Promise<void>
}

/**
 * One project of a donor. The swarm it belongs to hands it every connection on which the project may be spoken: the
 * publisher's, where it says hello, and those of other donors, with whom it shares the project core and modules.
 *
 *   offline --publisher's connection--> (hello) --accepted--> connected --closed--> offline
 *                                          └--refused: trouble, closed--> offline
 */
export class HyperProjectConnection implements ProjectConnection {
  readonly projectKey: ProjectKey
  readonly #init: ProjectConnectionInit
  readonly #core: Hypercore
  readonly #redial: Redial
  readonly #peers = new Map<SwarmConnection, Guard>()
  readonly #listeners = {
    change: new Set<() => void>(),
    work: new Set<() => void>(),
    granted: new Set<() => void>(),
    record: new Set<(record: ProjectRecord) => void>(),
    fork: new Set<(evidence: Uint8Array) => void>(),
  }
  readonly #records: ProjectRecord[] = []
  readonly #left = new AbortController()
  readonly #shelf: ModuleShelf
  readonly #inputs: InputShelf
  readonly #found: FoundFeed
  readonly #watch: SeederWatch
  readonly #stopFeed: () => void
  #publisher: SwarmConnection | undefined
  #link: PublisherLink | undefined
  /** A feed that cannot be read stays so; a refused hello lasts until the next one. */
  readonly #trouble: { feed?: Trouble | undefined; hello?: Trouble | undefined } = {}
  #looking = false

  constructor(init: ProjectConnectionInit) {
    this.#init = init
    this.projectKey = init.projectKey
    this.#core = init.store.get({ key: projectCoreKey(init.projectKey), writable: false })
    this.#watch = new SeederWatch({
      timers: init.timers,
      onFault: (connection, fault) => this.#onFault(connection, fault),
    })
    this.#watch.watch(this.#core, { mayFork: true })
    this.#shelf = new ModuleShelf({
      store: init.store,
      timers: init.timers,
      peers: this.#peers,
      signal: this.#left.signal,
      watch: this.#watch,
      isPublisher: (connection) => this.#isPublisher(connection),
      moduleHash: (bytes) => init.moduleHash(bytes),
    })
    this.#inputs = new InputShelf({
      store: init.store,
      timers: init.timers,
      log: init.log,
      peers: this.#peers,
      signal: this.#left.signal,
      watch: this.#watch,
    })
    this.#found = new FoundFeed({
      store: init.store,
      log: init.log,
      peers: this.#peers,
      watch: this.#watch,
      changed: () => this.#changed(),
    })
    this.#core.on('peer-add', () => {
      for (const [connection, guard] of this.#peers) if (this.isKnownTo(connection)) guard.trust()
      this.#changed()
    })
    this.#core.on('peer-remove', () => this.#changed())
    this.#watchForks(this.#core)
    this.#stopFeed = followProject({
      core: this.#core,
      log: init.log,
      onRecord: (record) => this.#learn(record),
      onTrouble: (error) => this.#setTrouble('feed', error),
    })
    this.#redial = new Redial({
      timers: init.timers,
      random: () => init.random(),
      dial: () => init.dial(),
    })
  }

  get state(): ConnectionState {
    return this.#link ? 'connected' : 'offline'
  }
  get trouble(): string | undefined {
    return this.#troubleNow?.message
  }
  get troubleCode(): ErrorCode | undefined {
    return this.#troubleNow?.code
  }
  get meshPeers(): number {
    return this.#core.peers.filter((peer) => bytesToHex(peer.remotePublicKey) !== this.projectKey).length
  }

  get found(): readonly FoundResult[] {
    return this.#found.found
  }

  /** Looks for the publisher whenever it is away. */
  start(): void {
    this.#looking = true
    if (!this.#link) this.#redial.start()
  }
  /** Looks no more, as before the machine sleeps: a peer that is dialled meanwhile gets stuck in hyperswarm's queue. */
  pause(): void {
    this.#looking = false
    this.#redial.stop()
  }

  /** A connection to the publisher or, on the mesh, to another donor. */
  attach(connection: SwarmConnection, guard: Guard): void {
    this.#peers.set(connection, guard)
    connection.once('close', () => {
      this.#peers.delete(connection)
      this.#changed()
    })
    this.#core.replicate(connection)
    this.#shelf.attach(connection)
    this.#inputs.attach(connection)
    this.#found.attach(connection)
    if (this.#isPublisher(connection)) void this.#greet(connection)
    this.#changed()
  }

  /** Whether this peer has proven that it knows the project's key: only then it got anything of the project. */
  isKnownTo(connection: SwarmConnection): boolean {
    return this.#core.peers.some((peer) => peer.stream === connection)
  }

  /** The project's modules, inputs and published results by discovery key, for a peer that asks. */
  offered(discoveryKey: Uint8Array): Hypercore | undefined {
    return (
      this.#shelf.offered(discoveryKey) ??
      this.#inputs.offered(discoveryKey) ??
      this.#found.offered(discoveryKey)
    )
  }

  onChange(listener: () => void): () => void {
    return added(this.#listeners.change, listener)
  }
  /** What is known already is told before this returns. */
  onRecord(listener: (record: ProjectRecord) => void): () => void {
    for (const record of this.#records) listener(record)
    return added(this.#listeners.record, listener)
  }
  onWork(listener: () => void): () => void {
    return added(this.#listeners.work, listener)
  }
  onGranted(listener: () => void): () => void {
    return added(this.#listeners.granted, listener)
  }

  onFork(listener: (evidence: Uint8Array) => void): () => void {
    return added(this.#listeners.fork, listener)
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    return this.#online().lease(request)
  }
  async giveBack(given: GiveBack): Promise<void> {
    await this.#online().giveBack(given)
  }
  async submit(results: readonly SubmittedResult[]): Promise<SubmitAnswer> {
    return this.#online().submit(results)
  }
  async grants(request: GrantsRequest): Promise<GrantsAnswer> {
    return this.#online().grants(request)
  }

  async ledgerRecord(epoch: number, index: number): Promise<LedgerRecord> {
    const announced = this.#records.findLast((record) => record.type === 'core' && record.epoch === epoch)
    if (announced?.type !== 'core')
      throw new PowerswarmError('not-connected', `The ledger of epoch ${String(epoch)} is not announced yet`)
    return fetchLedgerBlock(this.#init.store, announced.key, index, this.#publisher, (ledger) =>
      this.#watchForks(ledger, epoch),
    )
  }

  module(app: App): Promise<Uint8Array> {
    return this.#shelf.fetch(app)
  }

  inputs(batch: Batch, index: number): Promise<UnitInputs> {
    return this.#inputs.fetch(batch, index)
  }

  async leave(): Promise<void> {
    if (this.#left.signal.aborted) return
    this.#left.abort()
    this.pause()
    this.#stopFeed()
    this.#watch.close()
    for (const set of Object.values(this.#listeners)) set.clear()
    await this.#init.onLeave()
    await this.#shelf.close()
    await this.#inputs.close()
    await this.#found.close()
    await this.#core.close()
  }

  /** `epoch`: of a ledger; without, the core is the project's. */
  #watchForks(core: Hypercore, epoch?: number): void {
    const { projectKey } = this
    watchForks({
      projectKey,
      project: this.#core,
      core,
      epoch,
      onEvidence: (file) => {
        for (const listener of this.#listeners.fork) listener(file)
      },
      onFailure: (error) => this.#init.log('error', 'evidence-failed', { projectKey, why: String(error) }),
    })
  }

  #learn(record: ProjectRecord): void {
    this.#records.push(record)
    if (record.type === 'app') this.#shelf.learn(record)
    if (record.type === 'results') this.#found.learn(record)
    if (record.type === 'batch' && record.inputs) this.#inputs.learn(record.inputs)
    if (record.type === 'cancel' && record.indexes.length === 0)
      this.#dropInputs((batch) => batch === record.batch)
    if (record.type === 'close') this.#dropInputs(() => true)
    for (const listener of this.#listeners.record) listener(record)
  }

  /** Nobody computes these batches any more. */
  #dropInputs(isOver: (batch: number) => boolean): void {
    for (const record of this.#records)
      if (record.type === 'batch' && record.inputs && isOver(record.batch)) this.#inputs.drop(record.inputs)
  }

  async #greet(connection: SwarmConnection): Promise<void> {
    const { projectKey } = this
    const { donorKeys } = this.#init
    this.#publisher = connection
    connection.once('close', () => {
      if (this.#publisher !== connection) return
      this.#publisher = undefined
      this.#link = undefined
      this.#changed()
      if (this.#looking) this.#redial.start()
    })
    try {
      const link = await sayHello({
        connection,
        projectKey,
        donorKeys,
        now: () => this.#init.now(),
        onWork: () => tell(this.#listeners.work),
        onGranted: () => tell(this.#listeners.granted),
      })
      if (this.#publisher !== connection) return
      this.#link = link
      this.#redial.stop()
      this.#setTrouble('hello', undefined)
    } catch (error) {
      if (errorCode(error) !== 'not-connected') this.#setTrouble('hello', error)
      if (errorCode(error) === 'banned' && this.#looking) {
        this.#init.undial()
        this.#redial.rest(LIMITS.bannedRetryMs)
      }
      connection.destroy()
    }
  }

  #isPublisher(connection: SwarmConnection): boolean {
    return bytesToHex(connection.remotePublicKey) === this.projectKey
  }

  /** The publisher may be slow as long as it wants; its wrong blocks end the connection, and it is dialled again. */
  #onFault(connection: SwarmConnection, fault: SeederFault): void {
    if (!this.#isPublisher(connection)) this.#init.onFault(connection, fault)
    else if (fault === 'wrong-blocks') connection.destroy()
  }

  get #troubleNow(): Trouble | undefined {
    return this.#trouble.feed ?? this.#trouble.hello
  }

  #online(): PublisherLink {
    if (!this.#link) throw new PowerswarmError('not-connected', 'The publisher is offline')
    return this.#link
  }

  #setTrouble(source: 'feed' | 'hello', error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    const message = displayLine(why, LIMITS.projectPurposeChars)
    this.#trouble[source] = error === undefined ? undefined : { code: errorCode(error), message }
    this.#changed()
  }

  #changed(): void {
    tell(this.#listeners.change)
  }
}

function tell(listeners: ReadonlySet<() => void>): void {
  for (const listener of listeners) listener()
}

function added<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
