import type { RunUnit } from '../../src-main/contracts/slot.ts'
import { errorCode } from '../../src-main/domain/errors.ts'
import { MIB } from '../../src-main/domain/units.ts'
import { runUnit } from '../../src-main/slot/program/run-unit.ts'
import { decodeSnapshot } from '../../src-main/slot/program/snapshot/snapshot-format.ts'
import {
  snapshotIdentity,
  type SnapshotIdentity,
} from '../../src-main/slot/program/snapshot/unit-identity.ts'
import { UnitEnd } from '../../src-main/slot/program/unit-end.ts'
import { forgedRunFault } from '../slot/forged-trial.ts'
import { deepening, filing, mixing } from '../slot/savable-apps.ts'
import { unitOf } from '../slot/units.ts'
import { forgedSnapshot } from './forged-snapshot.ts'
import { randomSavableApp } from './random-module/random-module.ts'
import { runSavable, savableModule, type SavableModule } from './savable-run.ts'

/** An app and a snapshot of it half-way. */
export interface SavedApp {
  readonly name: string
  readonly module: SavableModule
  readonly unit: RunUnit
  readonly identity: SnapshotIdentity
  readonly snapshot: Uint8Array
}

export interface ForgedRun {
  /** The outcome, or `snapshot-unusable`. */
  readonly end: string
  /** What must not be. */
  readonly fault?: string
}

const MEMORY_BYTES = 16 * MIB
/** Enough for every unit here; what a forged one goes on for beyond that ends there. */
const MAX_FUEL = 20_000_000n
const LATE_MS = 5_000
const files = [{ path: 'a', bytes: new TextEncoder().encode('from file to file') }]

/** Apps with memory, globals, tables, files and output, and random ones. Those that cannot be saved are left out. */
export async function savedApps(randomSeeds: readonly number[]): Promise<readonly SavedApp[]> {
  const originals = [
    ['mixing', mixing(30n)],
    ['filing', filing(200n)],
    ['deepening', deepening(500)],
    ...randomSeeds.map((seed) => [`random ${String(seed)}`, randomSavableApp(seed)] as const),
  ] as const
  const apps = await Promise.all(originals.map(([name, original]) => savedApp(name, original)))
  return apps.flatMap((app) => app ?? [])
}

async function savedApp(name: string, original: Uint8Array): Promise<SavedApp | undefined> {
  let module
  try {
    module = await savableModule(original, MEMORY_BYTES)
  } catch (error) {
    if (errorCode(error) !== 'module-refused') throw error
    return undefined
  }
  const unit = unitOf(original, { maxFuel: MAX_FUEL, files })
  // At the first safe point after some ticks, or the last that there is.
  const options = { after: [20, 1], elsewhere: () => false, quantum: () => 300n }
  const [snapshot] = (await runSavable(module, unit, options)).snapshots
  if (snapshot === undefined) return undefined
  return { name, module, unit, identity: await snapshotIdentity(unit, module.rewrittenHash), snapshot }
}

/** Lets the app's unit go on, on this thread, from a snapshot that was forged by this seed. */
export function runForged(
  { module: { module }, unit, identity, snapshot }: SavedApp,
  seed: number,
): ForgedRun {
  const startMs = performance.now()
  try {
    const run = runUnit(unit, {
      module,
      onTick: () => {
        if (performance.now() - startMs > LATE_MS)
          throw new UnitEnd('host-failure', 'it goes on for too long')
      },
      onProgress: () => undefined,
      checkpoints: {
        identity,
        resumeFrom: decodeSnapshot(forgedSnapshot(snapshot, seed), identity),
        isWanted: () => false,
        read: () => ({ computedMs: 0 }),
        onSaved: () => undefined,
      },
    })
    const fault = forgedRunFault(run, unit)
    return fault === undefined ? { end: run.outcome } : { end: run.outcome, fault }
  } catch (error) {
    const code = errorCode(error)
    return code === 'snapshot-unusable' ? { end: code } : { end: code, fault: String(error) }
  }
}
