import { errorCode } from '../../../src-main/domain/errors.ts'
import { runUnit } from '../../../src-main/slot/program/run-unit.ts'
import { unitOf } from '../../slot/units.ts'
import { runSavable, savableModule } from '../savable-run.ts'
import { Choice } from './choice.ts'
import { randomSavableApp } from './random-module.ts'
import { MEMORY_PAGES_MAX } from './shape.ts'

export interface ComparedSaved {
  /** What differs, or undefined. */
  readonly difference: string | undefined
  /** Snapshots that it was gone on from; undefined for an app without a safe point. */
  readonly snapshots: number | undefined
}

const MEMORY_BYTES = MEMORY_PAGES_MAX * 65_536

/**
 * Runs the random app of a seed without checkpoints, and with them, saved at random points and gone on with in the same
 * instance or a fresh one. Outcome, fuel and output have to be equal, within its limit and beyond.
 */
export async function compareSavedModule(seed: number): Promise<ComparedSaved> {
  const original = randomSavableApp(seed)
  const plain = await savableModule(original, MEMORY_BYTES, false)
  const choice = new Choice(seed + 99)
  let savable
  try {
    savable = await savableModule(original, MEMORY_BYTES)
  } catch (error) {
    if (errorCode(error) !== 'module-refused') throw error
    return { difference: undefined, snapshots: undefined }
  }
  let snapshots = 0
  let maxFuel = 1_000_000_000n
  for (let round = 0; round < 4; round++) {
    const unit = unitOf(original, { maxFuel })
    const { module } = plain
    const whole = runUnit(unit, { module, onTick: () => undefined, onProgress: () => undefined })
    const saved = await runSavable(savable, unit, {
      quantum: () => BigInt(choice.below(300)),
      after: Array.from({ length: 1 + choice.below(8) }, () => choice.below(30)),
      elsewhere: () => choice.chance(2),
    })
    snapshots += saved.snapshots.length
    const [here, there] = [text(whole), text(saved.ended)]
    if (here !== there) return { difference: `limit ${maxFuel}: ${here} / ${there}`, snapshots }
    if (round > 0 || whole.outcome === 'ok')
      maxFuel = (whole.fuel * BigInt(1 + choice.below(1000))) / 1000n + 1n
  }
  return { difference: undefined, snapshots }
}

function text(run: object): string {
  return JSON.stringify(run, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item))
}
