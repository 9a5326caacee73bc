import type { SubmittedResult } from '../../../src-main/contracts/wire/messages.ts'
import type { DonorKey, Hex32, ModuleHash, UnitId } from '../../../src-main/domain/ids.ts'
import type { App, Batch } from '../../../src-main/domain/project.ts'
import { createDigests } from '../../../src-main/engine/adapters/hyper/digests.ts'
import {
  openPublisherCores,
  type HyperPublisherCores,
} from '../../../src-main/engine/adapters/hyper/publisher-cores.ts'
import { openInputs } from '../../../src-main/engine/adapters/inputs/input-places.ts'
import { openPublisherStore } from '../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import type { PublisherNetwork, PublisherStore, Timers } from '../../../src-main/engine/ports.ts'
import { PUBLISH_RESULTS_SETTING } from '../../../src-main/engine/roles/publisher/findings.ts'
import { Publisher } from '../../../src-main/engine/roles/publisher/publisher.ts'
import { fakeSlotHost } from '../fake-slot-host.ts'
import type { Disk } from './disk.ts'

export const SEED = new Uint8Array(32).fill(21)
export const digests = createDigests()

/** One life of a publisher between two power cuts: its role on the real store and the real cores. */
export interface Incarnation {
  readonly store: PublisherStore
  readonly cores: HyperPublisherCores
  readonly publisher: Publisher
  /** Leases up to `count` units to the donor and submits what it computes; says which the publisher called verified. */
  work(donorKey: DonorKey, count: number): Promise<readonly UnitId[]>
  seal(): Promise<void>
  /** What a donor does that connects again: asks for its records from this one on. */
  ask(donorKey: DonorKey, fromSequence: number): void
  addBatch(count: number): Promise<void>
  /** Ends it in order, as far as it goes; for the power cut itself the disk was copied before. */
  close(): Promise<void>
}

const key = <K extends Hex32>(n: number): K => n.toString(16).padStart(64, '0') as K
export const donorKeys: readonly [DonorKey, ...DonorKey[]] = [1, 2, 3].map((n) =>
  key<DonorKey>(0xd0 + n),
) as [DonorKey]

/** Opens what lies on this disk, or makes a project there. */
export async function live(disk: Disk): Promise<Incarnation> {
  const store = openPublisherStore(disk.databasePath)
  let cores: HyperPublisherCores | undefined
  try {
    cores = await openPublisherCores({
      dir: disk.coresDir,
      seed: SEED,
      journal: store,
      epoch: store.ledgerEpoch(),
    })
    await addApp(store, cores)
    return await open(store, cores)
  } catch (error) {
    await cores?.close()
    store.close()
    throw error
  }
}

async function open(store: PublisherStore, cores: HyperPublisherCores): Promise<Incarnation> {
  const ticks = new Set<() => void>()
  const publisher = await Publisher.open(
    {
      store,
      cores,
      slotHost: fakeSlotHost(),
      digests,
      host: { moduleHash: () => key<ModuleHash>(1) },
      openInputs,
      clock: { now: () => 1_700_000_000_000, monotonicMs: () => 0 },
      timers: tickingBy(ticks),
      log: () => undefined,
      randomWord: () => 7,
    },
    {
      link: '',
      rewriterVersion: 1,
      manifest: { type: 'project', name: 'Power', purpose: 'To be cut', boxKey: key(2), createdAt: 1 },
    },
  )
  await publisher.serve({ network: noNetwork, verifyCores: 0 })
  const seal = async (): Promise<void> => {
    for (const tick of ticks) tick()
    // The round that the tick started ends before another one does.
    await cores.flushLedger()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    store,
    cores,
    publisher,
    seal,
    async work(donorKey, count) {
      const donor = { donorKey, deviceKey: donorKey }
      const { units } = await publisher.donorHandlers.lease(donor, { units: count, fuelCapacity: 0n })
      if (units.length === 0) return []
      const { standings } = await publisher.donorHandlers.submit(donor, units.map(computed))
      return units.filter((_unit, i) => standings[i] === 'verified')
    },
    ask(donorKey, fromSequence) {
      publisher.donorHandlers.grants({ donorKey, deviceKey: donorKey }, { fromSequence })
    },
    async addBatch(count) {
      await publisher.handlers.addBatch({ ...batch, app: '0', count })
    },
    async close() {
      await publisher.close()
      await cores.close()
      store.close()
    },
  }
}

const app = (moduleCore: Hex32): App => ({
  type: 'app',
  app: 0,
  name: 'power',
  moduleHash: key<ModuleHash>(1),
  moduleBytes: MODULE.byteLength,
  moduleCore,
  rewriterVersion: 1,
  rewrittenHash: key(3),
  memoryLimitBytes: 65_536,
})
const MODULE = new Uint8Array(100).fill(9)
const batch = { first: 0, args: ['{n}'], quorum: 1, maxFuel: 1000n, maxOutputBytes: 64 }
const firstBatch: Batch = { ...batch, type: 'batch', batch: 0, app: 0, count: 30 }

async function addApp(store: PublisherStore, cores: HyperPublisherCores): Promise<void> {
  if (store.apps().length > 0) return
  store.setSetting(PUBLISH_RESULTS_SETTING, 'yes')
  const { moduleCore } = await cores.addModule(MODULE)
  store.addApp(app(moduleCore), MODULE)
  store.addBatch(firstBatch)
}

function computed(unit: UnitId): SubmittedResult {
  return {
    unit,
    outcome: 'ok',
    exitCode: 0,
    fuel: BigInt(1 + unit.index),
    stdout: new TextEncoder().encode(`unit ${String(unit.index)}\n`),
    engine: 'test',
  }
}

/** Writes go on by themselves; what happens now and then happens when the test says so. */
function tickingBy(ticks: Set<() => void>): Timers {
  return {
    after(ms, work) {
      if (ms > 0) return () => undefined
      const immediate = setImmediate(work)
      return () => {
        clearImmediate(immediate)
      }
    },
    every(_ms, work) {
      ticks.add(work)
      return () => ticks.delete(work)
    },
  }
}

const noNetwork: PublisherNetwork = {
  serve: () => Promise.resolve(),
  donors: () => [],
  donorsConnected: 0,
  notifyGranted: () => undefined,
  notifyWork: () => undefined,
  onDonorsChanged: () => () => undefined,
  close: () => Promise.resolve(),
}
