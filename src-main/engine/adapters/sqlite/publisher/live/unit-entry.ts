import type { DonorKey, Hex32, UnitId } from '../../../../../domain/ids.ts'
import { UNSENT, type WorkUnit } from '../../../../../domain/work-unit.ts'
import type { CopyRow } from '../../../../ports.ts'

/** A unit with everything that hangs on it. Never changed: a move makes a new one. */
export interface UnitState {
  readonly work: WorkUnit
  /** Orders it among the units that wait. */
  readonly lottery: number
  readonly copies: readonly CopyRow[]
  /** Donors that were granted it: each once, for ever. */
  readonly granted: readonly DonorKey[]
  readonly outputs: readonly StoredOutput[]
}
export interface StoredOutput {
  /** Its row in the table of outputs. */
  readonly id: number
  readonly digest: Hex32
}

/** A unit in memory. */
export interface UnitEntry {
  readonly unit: UnitId
  state: UnitState
  /** What it was before the open transaction; undefined when that has not changed it. */
  before: UnitState | undefined
  /** The state in which the pools list it. */
  listed: UnitState
  /** Differs from its row. */
  dirty: boolean
}

export const NOTHING_YET: UnitState = { work: UNSENT, lottery: 0, copies: [], granted: [], outputs: [] }

/** Whether another copy of it should go out. */
export function isWaiting({ work }: UnitState): boolean {
  return work.state === 'leased' && work.wanted > work.live
}

export function hasVotes({ work }: UnitState): boolean {
  return work.state === 'leased' && work.votes > 0
}
