import type Hypercore from 'hypercore'
import type { BlockProof } from '../../../contracts/wire/core-proof.ts'
import { parseProjectRecord } from '../../../contracts/wire/project-record.ts'
import { encodeReceipt } from '../../../contracts/wire/receipt.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { bytesToHex, type Hex32, type ProjectKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { ProjectRecord } from '../../../domain/project.ts'
import { proveBlock } from './core-proof.ts'

/** A ledger as its project core names it. */
export interface AnnouncedLedger {
  readonly projectKey: ProjectKey
  readonly key: Hex32
  /** The block that names it. */
  readonly announcement: BlockProof
}

/** Finds what announces this ledger, on this disk alone. Throws `not-found`. */
export async function findLedger(
  projectKey: ProjectKey,
  project: Hypercore,
  epoch: number,
): Promise<AnnouncedLedger> {
  await project.ready()
  for (let index = 0; index < Math.min(project.length, LIMITS.projectRecords); index++) {
    const block = await project.get(index, { wait: false })
    const record = block && recordIn(block)
    if (record?.type === 'core' && record.epoch === epoch)
      return { projectKey, key: record.key, announcement: await proveBlock(project, index) }
  }
  throw notHere(`the announcement of ledger ${String(epoch)}`)
}

/** The receipt of the grant in this block of the ledger, as a file. Throws `not-found` when it is not on this disk. */
export async function exportReceipt(
  { projectKey, announcement }: AnnouncedLedger,
  ledger: Hypercore,
  index: number,
): Promise<Uint8Array> {
  await ledger.ready()
  const grant = await proveBlock(ledger, index)
  return encodeReceipt({ projectKey, announcement, ledgerSigner: signerOf(ledger), grant })
}

/** Public key that signs a ledger, as its manifest says. Throws `not-found` while no proof of it came. */
export function signerOf(ledger: Hypercore): Hex32 {
  const [signer] = ledger.manifest?.signers ?? []
  if (!signer) throw notHere('the ledger')
  return bytesToHex(signer.publicKey) as Hex32
}

function recordIn(block: Uint8Array): ProjectRecord | undefined {
  try {
    return parseProjectRecord(block)
  } catch (error) {
    // Whoever follows the feed has logged it; here it announces nothing.
    if (error instanceof PowerswarmError) return undefined
    throw error
  }
}

function notHere(what: string): PowerswarmError {
  return new PowerswarmError('not-found', `A receipt needs ${what}, which is not on this machine`)
}
