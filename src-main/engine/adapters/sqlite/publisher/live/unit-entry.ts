import type { DonorKey, Hex32, UnitId } from '../../../../../domain/ids.ts'
import { UNSENT, type WorkUnit } from '../../../../../domain/work-unit.ts'
import type { CopyRow, OutputRow } from '../../../../ports.ts'

/** A unit in memory with everything that hangs on it. */
export interface UnitEntry {
  readonly unit: UnitId
  work: WorkUnit
  /** Orders it among the units that wait. */
  lottery: number
  copies: readonly CopyRow[]
  /** Donors that were granted it: each once, for ever. */
  granted: readonly DonorKey[]
  /** Outputs that are in no table yet. */
  outputs: readonly OutputRow[]
  /** The digest whose output alone is kept; undefined while all are. */
  keep: Hex32 | undefined
  /** Differs from its row. */
  dirty: boolean
}

export function newEntry(unit: UnitId): UnitEntry {
  return {
    unit,
    work: UNSENT,
    lottery: 0,
    copies: [],
    granted: [],
    outputs: [],
    keep: undefined,
    dirty: false,
  }
}

/** Whether another copy of it should go out. */
export function isWaiting(work: WorkUnit): boolean {
  return work.state === 'leased' && work.wanted > work.live
}
