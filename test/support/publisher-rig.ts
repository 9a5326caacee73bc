import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SubmittedResult } from '../../src-main/contracts/wire/messages.ts'
import type { DonorKey, ModuleHash, UnitId } from '../../src-main/domain/ids.ts'
import type { ProjectManifest } from '../../src-main/domain/project.ts'
import { createDigests } from '../../src-main/engine/adapters/hyper/digests.ts'
import { openInputs } from '../../src-main/engine/adapters/inputs/input-places.ts'
import { openPublisherStore } from '../../src-main/engine/adapters/sqlite/publisher-store.ts'
import type {
  PublisherCores,
  PublisherNetwork,
  PublisherStore,
  RemoteDonor,
  SlotHost,
  Timers,
} from '../../src-main/engine/ports.ts'
import { Publisher } from '../../src-main/engine/roles/publisher/publisher.ts'
import { fakePublisherCores, type CoreBytes } from './fake-publisher-cores.ts'
import { fakeSlotHost } from './fake-slot-host.ts'
import { hex } from './publisher-store.ts'
import { tempDir } from './temp-dir.ts'

export const digests = createDigests()
const manifest: ProjectManifest = {
  type: 'project',
  name: 'Primes',
  purpose: 'Find',
  boxKey: hex(5),
  createdAt: 1,
}

/** Timers that fire when the test says so; work for "as soon as possible" runs by itself. */
export class RigTimers implements Timers {
  private readonly waiting = new Set<() => void>()
  after(ms: number, work: () => void): () => void {
    if (ms === 0) {
      const immediate = setImmediate(work)
      return () => {
        clearImmediate(immediate)
      }
    }
    const once = (): void => {
      this.waiting.delete(once)
      work()
    }
    return this.add(once)
  }
  every(_ms: number, work: () => void): () => void {
    return this.add(work)
  }
  /** Lets every timer fire once, then what it started run. */
  async fire(): Promise<void> {
    for (const work of [...this.waiting]) work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  private add(work: () => void): () => void {
    this.waiting.add(work)
    return () => this.waiting.delete(work)
  }
}

export interface FakeNetwork extends PublisherNetwork {
  readonly granted: DonorKey[][]
  work: number
  readonly connected: RemoteDonor[]
}

function fakeNetwork(): FakeNetwork {
  const network: FakeNetwork = {
    granted: [],
    work: 0,
    connected: [],
    serve: () => Promise.resolve(),
    donors: () => network.connected,
    get donorsConnected() {
      return network.connected.length
    },
    notifyGranted: (donorKeys) => network.granted.push([...donorKeys]),
    notifyWork: () => {
      network.work += 1
    },
    onDonorsChanged: () => () => undefined,
    close: () => Promise.resolve(),
  }
  return network
}

export interface RigOptions {
  readonly verifyCores?: number
  readonly slotHost?: SlotHost
  /** Opens other cores than those in memory. */
  readonly openCores?: (journal: PublisherStore) => Promise<PublisherCores>
  /** Wraps the store that the publisher sees, for instance to cut it off. */
  readonly wrap?: <T extends object>(part: T) => T
}

/** One running publisher on real SQLite with cores in memory. */
export interface Rig {
  readonly publisher: Publisher
  readonly store: PublisherStore
  readonly timers: RigTimers
  readonly network: FakeNetwork
  readonly logged: string[]
}

/** What survives a restart: the file and the cores; and the clock. */
export class Project {
  readonly file = join(tempDir(), 'publisher.sqlite')
  readonly bytes: CoreBytes = { project: [], ledger: [], results: [], inputs: new Map() }
  now = 1_000_000
  private store: PublisherStore | undefined
  private seed = 7

  constructor() {
    onTestFinished(() => this.store?.close())
  }

  /** Another project in the same state; this one must be closed. */
  copy(): Project {
    const copy = new Project()
    copyFileSync(this.file, copy.file)
    copy.bytes.project.push(...this.bytes.project)
    copy.bytes.ledger.push(...this.bytes.ledger)
    return copy
  }

  close(): void {
    this.store?.close()
    this.store = undefined
  }

  /** Opens the project in a new process, so to say; what the last one did not commit is gone. */
  async start(options: RigOptions = {}): Promise<Rig> {
    this.store?.close()
    const store = openPublisherStore(this.file)
    this.store = store
    const wrap = options.wrap ?? (<T>(part: T): T => part)
    const seen = wrap(store)
    const cores = (await options.openCores?.(store)) ?? fakePublisherCores(this.bytes, store)
    const timers = new RigTimers()
    const network = fakeNetwork()
    const logged: string[] = []
    const publisher = await Publisher.open(
      {
        store: seen,
        cores: wrap(cores),
        slotHost: options.slotHost ?? checkingSlotHost(),
        digests,
        host: { moduleHash: () => hex<ModuleHash>(0x0d) },
        openInputs,
        clock: { now: () => this.now, monotonicMs: () => this.now },
        timers,
        log: (level, event) => void logged.push(`${level} ${event}`),
        randomWord: () => this.word(),
      },
      { link: 'powerswarm://test', rewriterVersion: 1, manifest },
    )
    await publisher.serve({ network, verifyCores: options.verifyCores ?? 0 })
    return { publisher, store, timers, network, logged }
  }

  /** The store without a publisher. */
  reopen(): PublisherStore {
    this.store?.close()
    this.store = openPublisherStore(this.file)
    return this.store
  }

  /** Random enough, and the same in every run. */
  private word(): number {
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0
    return this.seed
  }
}

/** Adds an app and a batch of `count` units for the numbers from 100 on. */
export async function addWork(
  { publisher }: Rig,
  count: number,
  quorum = 2,
  maxError?: number,
): Promise<void> {
  await publisher.handlers.addApp({ name: 'mersenne', original: new Uint8Array(8), memoryLimitBytes: 65536 })
  const limits = { maxFuel: 1000n, maxOutputBytes: 64, maxError }
  await publisher.handlers.addBatch({ app: 'mersenne', first: 100, count, args: ['{n}'], quorum, ...limits })
}

export const remote = (key: DonorKey, device = 0): RemoteDonor => ({
  donorKey: key,
  deviceKey: hex(0xde00 + device),
})

export async function lease(
  { publisher }: Rig,
  donor: DonorKey,
  units = 100,
  { device = 0, fuelCapacity = 0n } = {},
): Promise<readonly UnitId[]> {
  const answer = await publisher.donorHandlers.lease(remote(donor, device), { units, fuelCapacity })
  return answer.units
}

/** What an honest donor computes: fuel 10 + index, printing the index. */
export function honest(unit: UnitId): SubmittedResult {
  const stdout = new TextEncoder().encode(`unit ${unit.index}`)
  return { unit, outcome: 'ok', exitCode: 0, fuel: BigInt(10 + unit.index), stdout, engine: 'test' }
}
export function forged(unit: UnitId, saying = 'forged'): SubmittedResult {
  return { ...honest(unit), stdout: new TextEncoder().encode(saying) }
}

export async function submit(
  { publisher }: Rig,
  donor: DonorKey,
  results: readonly SubmittedResult[],
): Promise<readonly string[]> {
  const { standings } = await publisher.donorHandlers.submit(remote(donor), results)
  return standings
}

/** A slot host whose slots accept every module. */
export function checkingSlotHost(): ReturnType<typeof fakeSlotHost> {
  const host = fakeSlotHost()
  const { open } = host
  host.open = async (number) => {
    const slot = await open(number)
    const { load } = slot
    slot.load = async (module) => ({
      ...(await load(module)),
      rewrittenHash: module.rewrittenHash ?? hex(0x4e),
    })
    return slot
  }
  return host
}
