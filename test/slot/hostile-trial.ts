import { createHash } from 'node:crypto'
import { errorCode } from '../../src-main/domain/errors.ts'
import { digestParts, type UnitRun } from '../../src-main/domain/outcome.ts'
import type { Slot } from '../../src-main/engine/ports.ts'
import { HOSTILE_FUEL, type HostileModule } from '../support/hostile-modules.ts'
import { loadOf, moduleName, unitOf } from './units.ts'

/** What became of a hostile module. Plain values, so that the ends on two hosts can be compared. */
export type ActualEnd =
  | { readonly refused: string }
  | {
      readonly outcome: string
      readonly exitCode?: number
      readonly fuel: bigint
      /** Of all that a quorum compares, hex. */
      readonly digest: string
    }

/**
 * The same with checkpoints, and with requests for snapshots all the while. What ends in any way ends in the same way;
 * a module that is refused for its checkpoints alone is taken without them.
 */
export async function tryHostileSavable(
  slot: Slot,
  hostile: HostileModule,
  original: Uint8Array = hostile.build(),
): Promise<{ readonly end: ActualEnd; readonly snapshots: number } | undefined> {
  const module = { ...moduleName(original), checkpoint: true }
  try {
    await slot.load(loadOf(original, { module }))
  } catch (error) {
    const code = errorCode(error)
    if (!code.startsWith('module-')) throw error
    return undefined
  }
  let snapshots = 0
  let isOver = false
  const unit = unitOf(original, { maxFuel: HOSTILE_FUEL, ...hostile.unit, module })
  const running = slot.run(unit).finally(() => (isOver = true))
  const asking = (async () => {
    // Read through a function: the promise above sets it.
    const goesOn = (): boolean => !isOver
    while (goesOn()) if ((await slot.snapshot(20)).bytes !== undefined) snapshots += 1
  })()
  const run = await running
  await asking
  return { end: endOf(run), snapshots }
}

/** Gives a slot one hostile module and says what became of it. Rejects when the slot did not survive. */
export async function tryHostile(
  slot: Slot,
  hostile: HostileModule,
  original: Uint8Array = hostile.build(),
): Promise<ActualEnd> {
  try {
    await slot.load(loadOf(original))
  } catch (error) {
    const code = errorCode(error)
    if (!code.startsWith('module-')) throw error
    return { refused: code }
  }
  return endOf(await slot.run(unitOf(original, { maxFuel: HOSTILE_FUEL, ...hostile.unit })))
}

function endOf(run: UnitRun): ActualEnd {
  const digest = createHash('sha256')
  for (const part of digestParts(run)) digest.update(part)
  return {
    outcome: run.outcome,
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    fuel: run.fuel,
    digest: digest.digest('hex'),
  }
}

/** Of an end, what a hostile module fixes in advance. */
export function expectable(end: ActualEnd): object {
  if ('refused' in end) return end
  return { outcome: end.outcome, ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }) }
}
