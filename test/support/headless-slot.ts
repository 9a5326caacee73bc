import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'
import { loadOf, unitOf } from '../slot/units.ts'
import { builtFile } from './build.ts'

/** One real slot of a headless donor, for programs that need all of WASI. */
export interface HeadlessSlot {
  /** Loads the module and runs one unit with ample limits. */
  run(original: Uint8Array, ...args: readonly string[]): Promise<UnitRun>
  close(): Promise<void>
}

/** Call it in `beforeAll` with time for a build (20 s). */
export async function openHeadlessSlot(): Promise<HeadlessSlot> {
  const programPath = await builtFile('main/slot-node-host.js')
  const host = await createNodeSlotHost({ execPath: process.execPath, programPath })
  const slot = await host.open(0)
  return {
    run: async (original, ...args) => {
      await slot.load(loadOf(original))
      return slot.run(unitOf(original, { args }))
    },
    close: () => host.close(),
  }
}
