import type Hypercore from 'hypercore'
import { parseLedgerRecord, encodeLedgerRecord } from '../../../contracts/wire/ledger-record.ts'
import { encodeProjectRecord, parseProjectRecord } from '../../../contracts/wire/project-record.ts'
import { errorCode } from '../../../domain/errors.ts'
import { bytesToHex, hexToBytes, type Hex32 } from '../../../domain/ids.ts'
import { ledgerCoreName } from '../../../domain/ledger-name.ts'
import type { ProjectRecord } from '../../../domain/project.ts'
import type { CoreJournal, Log, PublisherCores } from '../../ports.ts'
import { damaged, openCoreStore, setAsideStore, storageBarrier } from './core-store.ts'
import { openDurableCore } from './durable-core.ts'
import { PublishedInputs } from './inputs/published-inputs.ts'
import { manifestOf, projectKeyOf, publisherKeyPair } from './keys.ts'
import { openLedgerCore } from './ledger-core.ts'
import { createModuleCore } from './module-core.ts'
import type { DurableCore } from './durable-core.ts'
import { exportReceipt, findLedger } from './receipt-export.ts'
import { openResultsCore } from './results-core.ts'

export interface PublisherCoresInit {
  /** Folder of the core store; made when missing. */
  readonly dir: string
  /** 32 bytes: the publisher's whole identity. */
  readonly seed: Uint8Array
  readonly journal: CoreJournal
  /** Epoch of the ledger that the store writes; the last one announced, if that is later. */
  readonly epoch?: number
  readonly log?: Log
}

/** The publisher's cores as its network needs them: what peers may replicate. */
export interface HyperPublisherCores extends PublisherCores {
  /** Opens the core of that discovery key for a peer; undefined unless the project names it. */
  offered(discoveryKey: Uint8Array): Hypercore | undefined
}

/** Its name in the journal. */
const PROJECT_CORE = 'project'

/**
 * Opens the cores and restores what a power loss took; a store that is damaged is set aside and made again from the
 * journal. Throws `data-folder-in-use`, `store-behind`, `store-forked`.
 */
export async function openPublisherCores(init: PublisherCoresInit): Promise<HyperPublisherCores> {
  try {
    return await openCores(init)
  } catch (error) {
    if (errorCode(error) !== 'store-damaged') throw error
    const aside = setAsideStore(init.dir)
    init.log?.('error', 'cores-set-aside', { aside, why: String((error as Error).cause) })
    return await openCores(init)
  }
}

async function openCores(init: PublisherCoresInit): Promise<HyperPublisherCores> {
  const { seed, journal } = init
  const keys = publisherKeyPair(seed)
  const store = await openCoreStore(init.dir)
  const inputs = new PublishedInputs(store)
  const offered = new Map<string, Hypercore>()
  const offer = (core: Hypercore): void => void offered.set(bytesToHex(core.discoveryKey), core)

  async function offerModule(key: Hex32): Promise<void> {
    const core = store.get({ key: hexToBytes(key), writable: false })
    await core.ready()
    offer(core)
  }

  try {
    const core = store.get({ keyPair: keys, manifest: manifestOf(keys.publicKey) })
    // It is small and names everything else: its rows are never let go, so that it can be made again.
    const project = await openDurableCore({ store, core, journal, name: PROJECT_CORE, keepRows: true })
    offer(core)
    const records = await readAll(core, parseProjectRecord)
    const announced = records.reduce((last, record) => (record.type === 'core' ? record.epoch : last), 0)
    let ledger = await openLedgerCore({ store, seed, journal, epoch: Math.max(announced, init.epoch ?? 0) })
    offer(ledger.core)
    let results: DurableCore | undefined
    for (const record of records) {
      if (record.type === 'app') await offerModule(record.moduleCore)
      if (record.type === 'batch' && record.inputs) inputs.learn(record.inputs)
    }

    return {
      projectKey: projectKeyOf(keys),
      get ledgerKey() {
        return bytesToHex(ledger.core.key) as Hex32
      },
      get ledgerCore() {
        return ledgerCoreName(ledger.epoch)
      },
      get epoch() {
        return ledger.epoch
      },
      get ledgerTrouble() {
        return ledger.trouble
      },
      checkProject: () => project.check(),
      async openLedger(epoch) {
        const next = await openLedgerCore({ store, seed, journal, epoch })
        const closed = ledger
        ledger = next
        offer(next.core)
        offered.delete(bytesToHex(closed.core.discoveryKey))
        await closed.close()
      },
      async appendProject(added) {
        journal.record(PROJECT_CORE, added.map(encodeProjectRecord))
        await project.flush()
        // After a crash a batch is published whose inputs were added by the process before.
        for (const record of added) if (record.type === 'batch' && record.inputs) inputs.learn(record.inputs)
      },
      projectRecords: () => readAll(project.core, parseProjectRecord),
      encodeLedger: encodeLedgerRecord,
      flushLedger: () => ledger.flush(),
      async openResults(epoch) {
        results = await openResultsCore(store, seed, journal, epoch)
        offer(results.core)
        return bytesToHex(results.core.key) as Hex32
      },
      async flushResults() {
        await results?.flush()
      },
      async *ledgerRecords(from = 0) {
        for (let index = from; index < ledger.core.length; index++)
          yield { index, record: parseLedgerRecord(await ledger.core.get(index)) }
      },
      async receipt(epoch, index) {
        const found = await findLedger(projectKeyOf(keys), project.core, epoch)
        const session = store.get({ key: hexToBytes(found.key), writable: false })
        try {
          return await exportReceipt(found, session, index)
        } finally {
          await session.close()
        }
      },
      async holdsModule({ moduleCore, moduleBytes }) {
        const session = store.get({ key: hexToBytes(moduleCore), writable: false })
        try {
          await session.ready()
          return session.byteLength === moduleBytes && (await session.has(0, session.length))
        } finally {
          await session.close()
        }
      },
      async addModule(original) {
        const module = await createModuleCore(store, original)
        offer(module)
        // No journal stands behind modules: they must be on disk before a record names them.
        await storageBarrier(store)
        return { moduleCore: bytesToHex(module.key) as Hex32 }
      },
      addInputs: (draft, units) => inputs.add(draft, units),
      dropInputs: (draft) => inputs.drop(draft),
      unitInputs: (batch, index) => inputs.read(batch, index),
      inputLabel: (batch, index) => inputs.label(batch, index),
      offered: (discoveryKey) => offered.get(bytesToHex(discoveryKey)) ?? inputs.offered(discoveryKey),
      async close() {
        await inputs.close()
        await project.close()
        await ledger.close()
        await results?.close()
        await store.close()
      },
    } satisfies HyperPublisherCores
  } catch (error) {
    await store.close()
    throw damaged(init.dir, error) ?? error
  }
}

async function readAll(
  core: Hypercore,
  parse: (block: Uint8Array) => ProjectRecord,
): Promise<ProjectRecord[]> {
  const records: ProjectRecord[] = []
  for (let index = 0; index < core.length; index++) records.push(parse(await core.get(index)))
  return records
}
