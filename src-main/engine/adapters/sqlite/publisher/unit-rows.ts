import { hexOf, blob32 } from '../columns.ts'
import type { Hex32 } from '../../../../domain/ids.ts'
import { UNSENT, type WorkUnit } from '../../../../domain/work-unit.ts'

/** A unit as its table holds it. */
export interface UnitColumns {
  state: number
  live: number
  votes: number
  failures: number
  wanted: number
  digest: Buffer | null
}

const STATES = ['leased', 'verified', 'inconclusive', 'suspended'] as const

export function unitOf(row: UnitColumns | undefined): WorkUnit {
  if (!row) return UNSENT
  const state = STATES[row.state]
  switch (state) {
    case 'leased':
      return { state, live: row.live, votes: row.votes, failures: row.failures, wanted: row.wanted }
    case 'verified':
      if (!row.digest) break
      return { state, digest: hexOf<Hex32>(row.digest) }
    case 'inconclusive':
    case 'suspended':
      return { state }
    case undefined:
  }
  throw new Error('a unit row contradicts its own checks')
}

/** [state, live, votes, failures, wanted, digest]: numbers of decided units are of no use any more. */
export function unitValues(unit: Exclude<WorkUnit, { state: 'unsent' }>): (number | Buffer | null)[] {
  const state = STATES.indexOf(unit.state)
  if (unit.state === 'leased') return [state, unit.live, unit.votes, unit.failures, unit.wanted, null]
  return [state, 0, 0, 0, 0, unit.state === 'verified' ? blob32(unit.digest) : null]
}
