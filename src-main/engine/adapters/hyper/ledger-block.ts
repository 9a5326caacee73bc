import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import { parseLedgerRecord } from '../../../contracts/wire/ledger-record.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { hexToBytes, type Hex32 } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { LedgerRecord } from '../../../domain/project.ts'

/**
 * Fetches one block of a ledger with its proof, from the disk or from this peer; rejects with `not-connected` when it
 * does not come in time. `watch` gets the core before anything is asked of the peer. The core is open only meanwhile: an open ledger would hear of every append, in every donor.
 */
export async function fetchLedgerBlock(
  store: Corestore,
  ledgerKey: Hex32,
  index: number,
  peer: SwarmConnection | undefined,
  watch: (ledger: Hypercore) => void,
): Promise<LedgerRecord> {
  const core = store.get({ key: hexToBytes(ledgerKey), writable: false })
  let block: Uint8Array
  try {
    await core.ready()
    watch(core)
    if (peer) core.replicate(peer)
    block = await core.get(index, { timeout: LIMITS.rpcTimeoutMs })
  } catch (error) {
    throw new PowerswarmError('not-connected', `Ledger block ${String(index)} did not come`, { cause: error })
  } finally {
    await core.close()
  }
  return parseLedgerRecord(block)
}
