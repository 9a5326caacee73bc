import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import { ledgerCoreName } from '../../../domain/ledger-name.ts'
import type { CoreJournal } from '../../ports.ts'
import { openDurableCore, type DurableCore } from './durable-core.ts'
import { ledgerKeyPair, manifestOf } from './keys.ts'

/**
 * The ledger of one epoch. Hypercore closes a core for good when it meets a second signed story of it, and a core whose
 * blocks contradict the journal is never written: both are `trouble`, and the next epoch takes over.
 */
export interface LedgerCore {
  readonly core: Hypercore
  readonly epoch: number
  /** Why it can never be written again; undefined while it can. */
  readonly trouble: string | undefined
  /** Appends what the journal holds beyond its end. Throws `store-forked` while there is trouble. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface LedgerCoreInit {
  readonly store: Corestore
  readonly seed: Uint8Array
  readonly journal: CoreJournal
  readonly epoch: number
}

export async function openLedgerCore({ store, seed, journal, epoch }: LedgerCoreInit): Promise<LedgerCore> {
  const keyPair = ledgerKeyPair(seed, epoch)
  const core = store.get({ keyPair, manifest: manifestOf(keyPair.publicKey) })
  await core.ready()
  let trouble: string | undefined
  let durable: DurableCore | undefined
  try {
    durable = await openDurableCore({ store, core, journal, name: ledgerCoreName(epoch) })
  } catch (error) {
    if (errorCode(error) !== 'store-forked') throw error
    trouble = error instanceof Error ? error.message : String(error)
  }
  // Nothing on disk remembers it: until the next ledger is there, a restart has to meet the other story again.
  core.on('conflict', () => {
    trouble = 'two stories of it were signed'
  })
  return {
    core,
    epoch,
    get trouble() {
      return trouble
    },
    async flush() {
      if (trouble !== undefined || !durable)
        throw new PowerswarmError('store-forked', `Ledger ${String(epoch)} is closed: ${trouble ?? ''}`)
      await durable.flush()
    },
    async close() {
      if (trouble === undefined && durable) await durable.close()
      else await core.close()
    },
  }
}
