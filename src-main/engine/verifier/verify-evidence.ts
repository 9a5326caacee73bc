import { parseEvidence, type Evidence, type HeadProof } from '../../contracts/wire/evidence.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { bytesToHex, hexToBytes, type ProjectKey } from '../../domain/ids.ts'
import { signedBy } from './core-signature.ts'
import { treeHashOfHead } from './merkle.ts'
import { announcedLedger } from './verify-receipt.ts'

/** What evidence proves: that the holder of the project's key signed two stories of one core. */
export interface ProvenFork {
  readonly projectKey: ProjectKey
  /** Which ledger; absent when it is the project core itself. */
  readonly epoch?: number
  /** The stories differ within the first `length` blocks. */
  readonly length: number
}

export type EvidenceVerdict =
  { readonly holds: true; readonly fork: ProvenFork } | { readonly holds: false; readonly why: string }

/** Checks evidence offline, trusting nothing but `projectKey`, as {@link verifyReceipt} does. */
export function verifyEvidence(file: Uint8Array, projectKey?: ProjectKey): EvidenceVerdict {
  try {
    const evidence = parseEvidence(file)
    if (projectKey !== undefined && evidence.projectKey !== projectKey)
      return { holds: false, why: `it is about another project, ${evidence.projectKey}` }
    return checked(evidence)
  } catch (error) {
    if (error instanceof PowerswarmError) return { holds: false, why: error.message }
    throw error
  }
}

function checked({ projectKey, ledger, length, heads }: Evidence): EvidenceVerdict {
  const named = ledger && announcedLedger(projectKey, ledger.announcement, ledger.ledgerSigner)
  if (typeof named === 'string') return { holds: false, why: named }
  const signer = hexToBytes(ledger ? ledger.ledgerSigner : projectKey)
  if (!heads.every((head) => isSigned(head, length, signer)))
    return { holds: false, why: 'a head is not covered by its signature' }
  const [one, other] = heads.map(({ roots }) => roots.map(({ hash }) => bytesToHex(hash)).join())
  if (one === other) return { holds: false, why: 'both heads tell the same story' }
  return { holds: true, fork: { projectKey, ...(named ? { epoch: named.epoch } : {}), length } }
}

function isSigned(head: HeadProof, length: number, signer: Uint8Array): boolean {
  const treeHash = treeHashOfHead(head, length)
  return treeHash !== undefined && signedBy(signer, { ...head, treeHash })
}
