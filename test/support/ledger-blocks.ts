import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import { encodeLedgerRecord } from '../../src-main/contracts/wire/ledger-record.ts'
import { encodeProjectRecord } from '../../src-main/contracts/wire/project-record.ts'
import { bytesToHex, hex32, type Hex32, type ProjectKey } from '../../src-main/domain/ids.ts'
import type { LedgerRecord } from '../../src-main/domain/project.ts'
import {
  ledgerKeyPair,
  manifestOf,
  projectKeyOf,
  publisherKeyPair,
} from '../../src-main/engine/adapters/hyper/keys.ts'

/** A publisher's project core and ledger, without a publisher. */
export interface SignedCores {
  readonly store: Corestore
  readonly projectKey: ProjectKey
  readonly project: Hypercore
  readonly ledger: Hypercore
}

/** The project core has a manifest and the announcement of one ledger, which is empty. */
export async function makeCores(store: Corestore, seed: Uint8Array, epoch: number): Promise<SignedCores> {
  const open = async (keyPair: ReturnType<typeof publisherKeyPair>): Promise<Hypercore> => {
    const core = store.get({ keyPair, manifest: manifestOf(keyPair.publicKey) })
    await core.ready()
    return core
  }
  const keys = publisherKeyPair(seed)
  const project = await open(keys)
  const ledger = await open(ledgerKeyPair(seed, epoch))
  await project.append([
    encodeProjectRecord({
      type: 'project',
      name: 'Test project',
      purpose: 'To be tested',
      boxKey: hex32('b0'.repeat(32)),
      createdAt: 1_700_000_000_000,
    }),
    encodeProjectRecord({ type: 'core', role: 'ledger', epoch, key: bytesToHex(ledger.key) as Hex32 }),
  ])
  return { store, projectKey: projectKeyOf(keys), project, ledger }
}

/** A donor's record `sequence`, 7 fuel each. */
export function ledgerRecord(sequence: number, changes: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    sequence,
    donorKey: hex32('d0'.repeat(32)),
    at: 1_700_000_000_000 + sequence,
    units: 1,
    fuel: 7n,
    cumulativeFuel: 7n * BigInt(sequence + 1),
    unitsRoot: hex32('cd'.repeat(32)),
    ...changes,
  }
}

/** Appends records until the ledger has this length; record n is block n. */
export async function growLedger(
  ledger: Hypercore,
  length: number,
  recordAt: (sequence: number) => LedgerRecord = ledgerRecord,
): Promise<void> {
  while (ledger.length < length) {
    const from = ledger.length
    const count = Math.min(1000, length - from)
    await ledger.append(Array.from({ length: count }, (_, i) => encodeLedgerRecord(recordAt(from + i))))
  }
}
