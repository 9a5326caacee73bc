import type Corestore from 'corestore'
import { resultsCoreName } from '../../../domain/results-core.ts'
import type { CoreJournal } from '../../ports.ts'
import { openDurableCore, type DurableCore } from './durable-core.ts'
import { manifestOf, resultsKeyPair } from './keys.ts'

/** The core with results of one epoch. Throws `store-behind` or `store-forked` when it can never be written again. */
export async function openResultsCore(
  store: Corestore,
  seed: Uint8Array,
  journal: CoreJournal,
  epoch: number,
): Promise<DurableCore> {
  const keyPair = resultsKeyPair(seed, epoch)
  const core = store.get({ keyPair, manifest: manifestOf(keyPair.publicKey) })
  await core.ready()
  try {
    return await openDurableCore({ store, core, journal, name: resultsCoreName(epoch) })
  } catch (error) {
    await core.close()
    throw error
  }
}
