import type { LoadModule, LoadedModule } from '../../../contracts/slot.ts'
import type { SlotHost } from '../../ports.ts'

/** Number of the slot that checks modules; verify cores take the ones above. */
export const CHECK_SLOT = 0

/**
 * Lets a slot check and rewrite a module: untrusted bytes are never looked at inside the engine.
 * Rejects with the toolchain's refusal.
 */
export async function checkModule(slotHost: SlotHost, load: LoadModule): Promise<LoadedModule> {
  const slot = await slotHost.open(CHECK_SLOT)
  try {
    return await slot.load(load)
  } finally {
    await slot.kill()
  }
}
