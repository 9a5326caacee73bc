import { encodeProjectRecord } from '../../src-main/contracts/wire/project-record.ts'
import { encodeLedgerRecord, parseLedgerRecord } from '../../src-main/contracts/wire/ledger-record.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import type { ProjectKey } from '../../src-main/domain/ids.ts'
import type { LedgerRecord, ProjectRecord } from '../../src-main/domain/project.ts'
import type { UnitInputs } from '../../src-main/domain/unit-inputs.ts'
import type { CoreJournal, PublisherCores } from '../../src-main/engine/ports.ts'
import { hex } from './publisher-store.ts'

/** What survives on disk when the publisher's process is gone. */
export interface CoreBytes {
  readonly project: ProjectRecord[]
  readonly ledger: Uint8Array[]
  readonly results: Uint8Array[]
  /** By draft, which stands for their key. */
  readonly inputs: Map<string, UnitInputs[]>
}

export const PROJECT_KEY = hex<ProjectKey>(0xfeed)

export function ledgerOf({ ledger }: CoreBytes): LedgerRecord[] {
  return ledger.map(parseLedgerRecord)
}

/** Cores in memory. Like the real ones they append what the journal holds, and at opening what it holds beyond them. */
export function fakePublisherCores(bytes: CoreBytes, journal: CoreJournal): PublisherCores {
  const flush = (): void => {
    const rows = journal.from('ledger', bytes.ledger.length)
    for (const { index, block } of rows) {
      if (index !== bytes.ledger.length) throw new Error('the ledger would have a gap')
      bytes.ledger.push(block)
    }
  }
  flush()
  const unitInputs: PublisherCores['unitInputs'] = async ({ inputs }, index) => {
    const found = bytes.inputs.get(inputs!.key)?.[index]
    if (!found) throw new PowerswarmError('not-found', 'Inputs of a batch are missing on this disk')
    return Promise.resolve(found)
  }
  let resultsName: string | undefined
  const flushResults = (): void => {
    if (resultsName === undefined) return
    for (const { index, block } of journal.from(resultsName, bytes.results.length)) {
      if (index !== bytes.results.length) throw new Error('the results would have a gap')
      bytes.results.push(block)
    }
  }
  return {
    projectKey: PROJECT_KEY,
    ledgerKey: hex(0x1ed6e5),
    ledgerCore: 'ledger',
    epoch: 0,
    ledgerTrouble: undefined,
    checkProject: () => Promise.resolve(),
    openLedger: () => Promise.reject(new Error('these cores have one ledger')),
    appendProject: async (records) => {
      for (const record of records) encodeProjectRecord(record)
      bytes.project.push(...(await Promise.resolve(records)))
    },
    projectRecords: () => Promise.resolve([...bytes.project]),
    encodeLedger: encodeLedgerRecord,
    flushLedger: () => Promise.resolve().then(flush),
    openResults: (epoch) => {
      resultsName = `results-${String(epoch)}`
      flushResults()
      return Promise.resolve(hex(0x7e5 + epoch))
    },
    flushResults: () => Promise.resolve().then(flushResults),
    async *ledgerRecords(from = 0) {
      for (let index = from; index < bytes.ledger.length; index++)
        yield { index, record: await Promise.resolve(parseLedgerRecord(bytes.ledger[index]!)) }
    },
    holdsModule: () => Promise.resolve(true),
    receipt: () => Promise.reject(new PowerswarmError('not-found', 'Nothing is signed here')),
    addModule: () => Promise.resolve({ moduleCore: hex(0xc0de) }),
    async addInputs(draft, units) {
      const added: UnitInputs[] = []
      for await (const unit of units) added.push(unit)
      bytes.inputs.set(draft, added)
      return { inputs: { key: draft, byteLength: 16 + 12 * added.length }, units: added.length }
    },
    dropInputs: (draft) => Promise.resolve(void bytes.inputs.delete(draft)),
    unitInputs,
    inputLabel: unitInputs,
    close: () => Promise.resolve(),
  }
}
