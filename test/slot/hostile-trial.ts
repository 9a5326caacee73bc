import { createHash } from 'node:crypto'
import { errorCode } from '../../src-main/domain/errors.ts'
import { digestParts } from '../../src-main/domain/outcome.ts'
import type { Slot } from '../../src-main/engine/ports.ts'
import { HOSTILE_FUEL, type HostileModule } from '../support/hostile-modules.ts'
import { loadOf, unitOf } from './units.ts'

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
  const run = await slot.run(unitOf(original, { maxFuel: HOSTILE_FUEL, ...hostile.unit }))
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
