import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openCoreStore } from '../../src-main/engine/adapters/hyper/core-store.ts'
import { makeCores, type SignedCores } from './ledger-blocks.ts'
import { tempDir } from './temp-dir.ts'

const SEED = new Uint8Array(32).fill(42)

/** Cores in a fresh folder that go with the test; same seed, same keys. */
export async function signedCores({ seed = SEED, epoch = 0 } = {}): Promise<SignedCores> {
  const store = await openCoreStore(join(tempDir(), 'cores'))
  onTestFinished(() => store.close())
  return makeCores(store, seed, epoch)
}
