import type { DonorKey, Hex32, UnitId } from '../../../../../domain/ids.ts'
import { UNSENT, type WorkUnit } from '../../../../../domain/work-unit.ts'
import type { CopyRow, OnTrustRow } from '../../../../ports.ts'

/** A unit with everything that hangs on it. Never changed: a move makes a new one. */
export interface UnitState {
  readonly work: WorkUnit
  /** Orders it among the units that wait. */
  readonly lottery: number
  readonly copies: readonly CopyRow[]
  /** Donors that were granted it: each once, for ever. */
  readonly granted: readonly DonorKey[]
  readonly outputs: readonly StoredOutput[]
  /** On whose word it rests, or rested before it was questioned. */
  readonly onTrust: OnTrust | undefined
  /** Results on it differ: donors whose trust is suspended until it is decided, perhaps none. */
  readonly disputants: readonly DonorKey[] | undefined
}
export type OnTrust = Omit<OnTrustRow, 'unit'>
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

export const NOTHING_YET: UnitState = {
  work: UNSENT,
  lottery: 0,
  copies: [],
  granted: [],
  outputs: [],
  onTrust: undefined,
  disputants: undefined,
}

/** Whether another copy of it should go out. */
export function isWaiting({ work }: UnitState): boolean {
  return work.state === 'leased' && work.wanted > work.live
}

export function hasVotes({ work }: UnitState): boolean {
  return work.state === 'leased' && work.votes > 0
}

/** Whether all that is known of it is the result of a donor that took it from the reserve. */
export function isSelfAssigned({ work, copies }: UnitState): boolean {
  if (work.state !== 'leased' || work.votes !== 1) return false
  return copies.some((copy) => copy.selfAssigned === true && copy.standing === 'pending')
}

/** Whether the pools list it. */
export function isOpen(state: UnitState): boolean {
  const isLeased = state.copies.some(({ standing }) => standing === 'leased')
  return isLeased || isWaiting(state) || state.disputants !== undefined
}

/** Whether it is unlikely to move again: then it need not stay in memory. */
export function isSettled({ work }: UnitState): boolean {
  return work.state !== 'leased' && work.state !== 'trusted'
}
