import type Hypercore from 'hypercore'
import { parseLedgerRecord, encodeLedgerRecord } from '../../../contracts/wire/ledger-record.ts'
import { encodeProjectRecord, parseProjectRecord } from '../../../contracts/wire/project-record.ts'
import { bytesToHex, hexToBytes, type Hex32 } from '../../../domain/ids.ts'
import type { ProjectRecord } from '../../../domain/project.ts'
import type { CoreJournal, PublisherCores } from '../../ports.ts'
import { openCoreStore, storageBarrier } from './core-store.ts'
import { openDurableCore, type DurableCore } from './durable-core.ts'
import { PublishedInputs } from './inputs/published-inputs.ts'
import { ledgerKeyPair, manifestOf, projectKeyOf, publisherKeyPair } from './keys.ts'
import { createModuleCore } from './module-core.ts'

export interface PublisherCoresInit {
  /** Folder of the core store; made when missing. */
  readonly dir: string
  /** 32 bytes: the publisher's whole identity. */
  readonly seed: Uint8Array
  readonly journal: CoreJournal
}

/** The publisher's cores as its network needs them: what peers may replicate. */
export interface HyperPublisherCores extends PublisherCores {
  /** Opens the core of that discovery key for a peer; undefined unless the project names it. */
  offered(discoveryKey: Uint8Array): Hypercore | undefined
}

/** Names of the cores in the journal. */
const PROJECT_CORE = 'project'
const ledgerName = (epoch: number): string => (epoch === 0 ? 'ledger' : `ledger-${String(epoch)}`)

/**
 * Opens the cores and restores what a power loss took. Throws `data-folder-in-use`, `store-behind`, `store-forked`.
 */
export async function openPublisherCores(init: PublisherCoresInit): Promise<HyperPublisherCores> {
  const { seed, journal } = init
  const keys = publisherKeyPair(seed)
  const store = await openCoreStore(init.dir)
  const inputs = new PublishedInputs(store)
  const offered = new Map<string, Hypercore>()
  const offer = (core: Hypercore): void => void offered.set(bytesToHex(core.discoveryKey), core)

  async function open(name: string, keyPair: typeof keys): Promise<DurableCore> {
    const core = store.get({ keyPair, manifest: manifestOf(keyPair.publicKey) })
    const durable = await openDurableCore({ store, core, journal, name })
    offer(core)
    return durable
  }

  async function offerModule(key: Hex32): Promise<void> {
    const core = store.get({ key: hexToBytes(key), writable: false })
    await core.ready()
    offer(core)
  }

  try {
    const project = await open(PROJECT_CORE, keys)
    const records = await readAll(project.core, parseProjectRecord)
    const epoch = records.reduce((last, record) => (record.type === 'core' ? record.epoch : last), 0)
    const ledger = await open(ledgerName(epoch), ledgerKeyPair(seed, epoch))
    for (const record of records) {
      if (record.type === 'app') await offerModule(record.moduleCore)
      if (record.type === 'batch' && record.inputs) inputs.learn(record.inputs)
    }

    return {
      projectKey: projectKeyOf(keys),
      ledgerKey: bytesToHex(ledger.core.key) as Hex32,
      ledgerCore: ledgerName(epoch),
      epoch,
      async appendProject(added) {
        journal.record(PROJECT_CORE, added.map(encodeProjectRecord))
        await project.flush()
        // After a crash a batch is published whose inputs were added by the process before.
        for (const record of added) if (record.type === 'batch' && record.inputs) inputs.learn(record.inputs)
      },
      projectRecords: () => readAll(project.core, parseProjectRecord),
      encodeLedger: encodeLedgerRecord,
      flushLedger: () => ledger.flush(),
      async *ledgerRecords(from = 0) {
        for (let index = from; index < ledger.core.length; index++)
          yield { index, record: parseLedgerRecord(await ledger.core.get(index)) }
      },
      async addModule(original) {
        const core = await createModuleCore(store, original)
        offer(core)
        // No journal stands behind modules: they must be on disk before a record names them.
        await storageBarrier(store)
        return { moduleCore: bytesToHex(core.key) as Hex32 }
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
        await store.close()
      },
    } satisfies HyperPublisherCores
  } catch (error) {
    await store.close()
    throw error
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
