import type { SubmittedResult } from '../../../src-main/contracts/wire/messages.ts'
import type { UnitId } from '../../../src-main/domain/ids.ts'

/** What made-up donors answer: everything follows from unit and donor, so that whoever checks can say it again. */

const OUTPUT_BYTES = 256
const PERCENT = 100

/** Shares of results in percent. */
export interface Misbehaviour {
  /** Each with an output that no other donor gives. */
  readonly wrongPercent: number
  /** Held back until the lease has run out. */
  readonly latePercent: number
}

export const WELL_BEHAVED: Misbehaviour = { wrongPercent: 0, latePercent: 0 }

export function isWrong(unit: UnitId, donor: number, { wrongPercent }: Misbehaviour): boolean {
  return mixed(unit.index, donor) % PERCENT < wrongPercent
}

export function isLate(unit: UnitId, donor: number, { latePercent }: Misbehaviour): boolean {
  return mixed(donor, unit.index) % PERCENT < latePercent
}

export function fuelOf(unit: UnitId): bigint {
  return BigInt(1_000 + (unit.index % 1_000))
}

/** What the unit prints: its index, then filling. */
export function outputOf(unit: UnitId): Uint8Array {
  const output = new Uint8Array(OUTPUT_BYTES).fill(1 + (unit.index % 251))
  new DataView(output.buffer).setUint32(0, unit.index)
  return output
}

export function resultOf(unit: UnitId, donor: number, wrong: boolean): SubmittedResult {
  const stdout = outputOf(unit)
  if (wrong) new DataView(stdout.buffer).setUint32(4, donor)
  return { unit, outcome: 'ok', exitCode: 0, fuel: fuelOf(unit), stdout, engine: 'load' }
}

/** Thirty-two bits that look like chance (the finisher of MurmurHash3). */
function mixed(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 1, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
