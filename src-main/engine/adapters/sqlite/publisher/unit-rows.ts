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
/** By the column `live` of a unit that has a digest. */
const DIGEST_STATES = ['verified', 'trusted', 'released'] as const

export function unitOf(row: UnitColumns | undefined): WorkUnit {
  if (!row) return UNSENT
  const state = STATES[row.state]
  switch (state) {
    case 'leased':
      return { state, live: row.live, votes: row.votes, failures: row.failures, wanted: row.wanted }
    case 'verified':
      if (!row.digest) break
      return { state: DIGEST_STATES[row.live] ?? 'verified', digest: hexOf<Hex32>(row.digest) }
    case 'inconclusive':
    case 'suspended':
      return { state }
    case undefined:
  }
  throw new Error('a unit row contradicts its own checks')
}

/** [state, live, votes, failures, wanted, digest]: of decided units only the digest is of use. */
export function unitValues(unit: Exclude<WorkUnit, { state: 'unsent' }>): (number | Buffer | null)[] {
  if (unit.state === 'leased') return [0, unit.live, unit.votes, unit.failures, unit.wanted, null]
  if (unit.state === 'inconclusive' || unit.state === 'suspended')
    return [STATES.indexOf(unit.state), 0, 0, 0, 0, null]
  return [STATES.indexOf('verified'), DIGEST_STATES.indexOf(unit.state), 0, 0, 0, blob32(unit.digest)]
}
