import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { WIRE_VERSION } from '../../src-main/contracts/wire/codec.ts'
import { bytesToHex, hex32, type ModuleHash } from '../../src-main/domain/ids.ts'
import type { Link } from '../../src-main/domain/link.ts'
import type { App, Batch, ProjectManifest } from '../../src-main/domain/project.ts'
import { realTimers } from '../../src-main/engine/adapters/host/real-time.ts'
import { PUBLISHER_ADMISSION, type AdmissionLimits } from '../../src-main/engine/adapters/hyper/admission.ts'
import { createDonorNetwork } from '../../src-main/engine/adapters/hyper/donor-network.ts'
import { boxPublicKey, donorKeyPair } from '../../src-main/engine/adapters/hyper/keys.ts'
import { startPrivateDht, type PrivateDht } from '../../src-main/engine/adapters/hyper/private-dht.ts'
import {
  openPublisherCores,
  type HyperPublisherCores,
} from '../../src-main/engine/adapters/hyper/publisher-cores.ts'
import { createPublisherNetwork } from '../../src-main/engine/adapters/hyper/publisher-network.ts'
import type {
  CoreJournal,
  DonorNetwork,
  KeyPair,
  Log,
  ProjectConnection,
  PublisherHandlers,
  PublisherNetwork,
  Timers,
} from '../../src-main/engine/ports.ts'
import { memoryJournal } from './memory-journal.ts'

export { noise } from './noise.ts'

/** A publisher and donors on a DHT of their own on this machine, all in this process. */

export const PUBLISHER_SEED = new Uint8Array(32).fill(11)

/** A DHT for all tests of the file or `describe` that calls this. It is there from the first test on. */
export function useTestDht(): Pick<PrivateDht, 'bootstrap'> {
  let dht: PrivateDht | undefined
  beforeAll(async () => {
    dht = await startPrivateDht({ host: '127.0.0.1', nodes: 4 })
  })
  afterAll(() => dht?.close())
  return {
    get bootstrap() {
      if (!dht) throw new Error('the DHT starts with the first test')
      return dht.bootstrap
    },
  }
}

export const sha256 = (bytes: Uint8Array): ModuleHash =>
  hex32<ModuleHash>(createHash('sha256').update(bytes).digest('hex'))

export interface TestPublisher {
  readonly cores: HyperPublisherCores
  readonly network: PublisherNetwork
  readonly journal: CoreJournal
  readonly link: Link
  readonly dir: string
  close(): Promise<void>
}

export interface TestPublisherInit {
  readonly dht: Pick<PrivateDht, 'bootstrap'>
  readonly handlers?: Partial<PublisherHandlers>
  readonly timers?: Timers
  readonly admission?: AdmissionLimits
  readonly log?: Log
  /** To start again where an earlier one stopped. */
  readonly earlier?: TestPublisher
}

export async function startPublisher(init: TestPublisherInit): Promise<TestPublisher> {
  const { dht, handlers, earlier, admission = PUBLISHER_ADMISSION, timers = realTimers } = init
  const { log = () => undefined } = init
  const dir = earlier?.dir ?? tempCores()
  const journal = earlier?.journal ?? memoryJournal()
  const cores = await openPublisherCores({ dir, seed: PUBLISHER_SEED, journal })
  const network = createPublisherNetwork({
    seed: PUBLISHER_SEED,
    cores,
    bootstrap: dht.bootstrap,
    admission,
    timers,
    log,
  })
  const close = once(async () => {
    await network.close()
    await cores.close()
  })
  onTestFinished(close)
  await network.serve({ ...idleHandlers(), ...handlers })
  const link = { projectKey: cores.projectKey, bootstrap: dht.bootstrap }
  return { cores, network, journal, link, dir, close }
}

export interface TestDonor {
  readonly network: DonorNetwork
  readonly project: ProjectConnection
  readonly keys: KeyPair
  close(): Promise<void>
}

/** `number` tells donors apart: same number, same machine and donor key. `now`: a clock that is wrong. */
export async function startDonor(
  link: Link,
  number: number,
  now?: () => number,
  timers: Timers = realTimers,
): Promise<TestDonor> {
  const network = createDonorNetwork({
    coresDir: tempCores(),
    deviceSeed: new Uint8Array(32).fill(number),
    timers,
    moduleHash: sha256,
    log: () => undefined,
    ...(now === undefined ? {} : { now }),
  })
  const close = once(() => network.close())
  onTestFinished(close)
  const keys = donorKeyPair(new Uint8Array(32).fill(100 + number), link.projectKey)
  return { network, project: await network.join(link, keys), keys, close }
}

/** Resolves as soon as `done` is true; looks at every change. */
export function settled(project: ProjectConnection, done: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!done()) return
      off()
      resolve()
    }
    const off = project.onChange(look)
    look()
  })
}

export const connected = (project: ProjectConnection): Promise<void> =>
  settled(project, () => project.state === 'connected')

export function manifest(name = 'Test project'): ProjectManifest {
  return {
    type: 'project',
    name,
    purpose: 'To be tested',
    boxKey: boxPublicKey(PUBLISHER_SEED),
    createdAt: 1_700_000_000_000,
  }
}

/** Puts the module into its core and returns the record that names it. `change` lies about it. */
export async function appRecord(
  cores: HyperPublisherCores,
  original: Uint8Array,
  change: Partial<App> = {},
): Promise<App> {
  const { moduleCore } = await cores.addModule(original)
  return {
    type: 'app',
    app: 0,
    name: 'Test app',
    moduleHash: sha256(original),
    moduleBytes: original.byteLength,
    moduleCore,
    rewriterVersion: 1,
    rewrittenHash: hex32(bytesToHex(new Uint8Array(32).fill(2))),
    memoryLimitBytes: 65_536,
    ...change,
  }
}

export const batchRecord: Batch = {
  type: 'batch',
  batch: 0,
  app: 0,
  first: 1,
  count: 100,
  args: ['{n}'],
  quorum: 2,
  maxFuel: 1_000_000n,
  maxOutputBytes: 1024,
}

function idleHandlers(): PublisherHandlers {
  return {
    hello: () => ({
      version: WIRE_VERSION,
      serverTime: 0,
      projectLength: 0,
      leaseUnits: 256,
      submitResults: 256,
    }),
    lease: () => Promise.resolve({ units: [], expiresAt: 0, retryAfterMs: 1000 }),
    giveBack: () => Promise.resolve(),
    submit: (_donor, results) => Promise.resolve({ standings: results.map(() => 'pending' as const) }),
    grants: () => ({ grants: [], more: false, rejected: [], uncounted: [] }),
  }
}

function tempCores(): string {
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-'))
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  return join(dir, 'cores')
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
