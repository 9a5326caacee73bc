import type { BlockProof } from '../../contracts/wire/core-proof.ts'
import { parseLedgerRecord } from '../../contracts/wire/ledger-record.ts'
import { parseProjectRecord } from '../../contracts/wire/project-record.ts'
import { parseReceipt, type Receipt } from '../../contracts/wire/receipt.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { bytesToHex, hexToBytes, type Hex32, type ProjectKey } from '../../domain/ids.ts'
import type { CoreAnnouncement, LedgerRecord } from '../../domain/project.ts'
import { coreKeyOf, signedBy } from './core-signature.ts'
import { treeHashOfBlock } from './merkle.ts'

/** What a receipt proves: that whoever holds the project's key granted `record` to the donor it names. */
export interface ProvenGrant {
  readonly projectKey: ProjectKey
  /** Number of the ledger that the grant stands in, and its core's key. */
  readonly epoch: number
  readonly ledgerKey: Hex32
  /** Place in that ledger. */
  readonly index: number
  /** The donor's latest at the time; its `cumulativeFuel` is the whole total. */
  readonly record: LedgerRecord
}

export type ReceiptVerdict =
  { readonly holds: true; readonly grant: ProvenGrant } | { readonly holds: false; readonly why: string }

/**
 * Checks a receipt offline. Nothing is trusted but `projectKey`; without one, the verdict is about whatever project
 * the receipt names, and the reader must compare that key. Never throws for what a file may hold.
 */
export function verifyReceipt(file: Uint8Array, projectKey?: ProjectKey): ReceiptVerdict {
  try {
    const receipt = parseReceipt(file)
    if (projectKey !== undefined && receipt.projectKey !== projectKey)
      return { holds: false, why: `it is about another project, ${receipt.projectKey}` }
    return checked(receipt)
  } catch (error) {
    if (error instanceof PowerswarmError) return { holds: false, why: error.message }
    throw error
  }
}

function checked({ projectKey, announcement, ledgerSigner, grant }: Receipt): ReceiptVerdict {
  const named = announcedLedger(projectKey, announcement, ledgerSigner)
  if (typeof named === 'string') return { holds: false, why: named }
  if (!isSigned(grant, hexToBytes(ledgerSigner)))
    return { holds: false, why: 'the ledger’s signature does not cover the grant' }
  const record = parseLedgerRecord(grant.block)
  return {
    holds: true,
    grant: { projectKey, epoch: named.epoch, ledgerKey: named.key, index: grant.index, record },
  }
}

/** The ledger that the project core names, if its signer is this one; else why not. Throws `bad-record`. */
export function announcedLedger(
  projectKey: ProjectKey,
  announcement: BlockProof,
  ledgerSigner: Hex32,
): CoreAnnouncement | string {
  if (!isSigned(announcement, hexToBytes(projectKey)))
    return 'the project’s signature does not cover the announcement of the ledger'
  const record = parseProjectRecord(announcement.block)
  if (record.type !== 'core') return 'the block of the project core does not announce a ledger'
  if (record.key !== bytesToHex(coreKeyOf(hexToBytes(ledgerSigner))))
    return 'the announced ledger has another signer'
  return record
}

function isSigned(proof: BlockProof, signer: Uint8Array): boolean {
  const { length, signature } = proof
  const treeHash = treeHashOfBlock(proof)
  return treeHash !== undefined && signedBy(signer, { treeHash, length, signature })
}
