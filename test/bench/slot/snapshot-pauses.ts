import { LIMITS } from '../../../src-main/domain/limits.ts'
import { MIB, WASM_PAGE_BYTES } from '../../../src-main/domain/units.ts'
import { createNodeSlotHost } from '../../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import { filling } from '../../slot/savable-apps.ts'
import { loadOf, moduleName, unitOf } from '../../slot/units.ts'
import { builtFile } from '../../support/build.ts'
import { watchLateness } from '../../support/lateness.ts'

const MEMORY_BYTES = 120 * MIB
const PAUSES = 24
const WITHIN_MS = 5_000

export interface SnapshotPauses {
  /** Milliseconds from the order to a slot process to its answer that it has stopped. */
  readonly pauseMs: readonly number[]
  /** Of snapshots that came all the way, from the request on. */
  readonly snapshotMs: readonly number[]
  /** The longest that this process, which asks, answered nobody. */
  readonly lateMs: number
}

/**
 * A unit with a large memory is saved, and paused at any moment of that: while it is copied and hashed in its own thread,
 * and while its slot sends it here.
 */
export async function pausesWhileSaving(): Promise<SnapshotPauses> {
  const programPath = await builtFile('main/slot-node-host.js')
  const host = await createNodeSlotHost({ execPath: process.execPath, programPath, background: false })
  try {
    const slot = await host.open(0)
    const original = filling(MEMORY_BYTES / WASM_PAGE_BYTES)
    const module = { ...moduleName(original, MEMORY_BYTES), checkpoint: true }
    await slot.load(loadOf(original, { module }))
    slot.run(unitOf(original, { module, maxFuel: LIMITS.fuelPerUnit })).catch(() => undefined)
    await rest(2_000)
    const snapshotMs: number[] = []
    const saveOnce = async (): Promise<number> => {
      const startMs = performance.now()
      const { bytes } = await slot.snapshot(WITHIN_MS)
      const tookMs = performance.now() - startMs
      if (bytes !== undefined) snapshotMs.push(tookMs)
      return tookMs
    }
    const lateness = watchLateness()
    const wholeMs = Math.max(await saveOnce(), await saveOnce())
    const pauseMs: number[] = []
    for (let pause = 0; pause < PAUSES; pause++) {
      const saving = saveOnce()
      await rest((wholeMs * pause) / PAUSES)
      const startMs = performance.now()
      await slot.pause()
      pauseMs.push(performance.now() - startMs)
      await slot.resume()
      await saving
    }
    lateness.stop()
    return { pauseMs, snapshotMs, lateMs: lateness.worstMs }
  } finally {
    await host.close()
  }
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
