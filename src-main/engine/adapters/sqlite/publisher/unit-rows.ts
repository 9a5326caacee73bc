import type { Hex32 } from '../../../../domain/ids.ts'
import { UNSENT, type WorkUnit } from '../../../../domain/work-unit.ts'
import type { ByteReader, ByteWriter } from '../bytes.ts'
import { blob32, hexOf } from '../columns.ts'

/** A unit as its table holds it. */
export interface UnitColumns {
  state: number
  live: number
  votes: number
  failures: number
  wanted: number
  digest: Buffer | null
}
/** A unit that was handed out: only those are on disk. */
export type SentUnit = Exclude<WorkUnit, { state: 'unsent' }>

/** On disk a state is its place in this list. Append only. */
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
export function unitValues(unit: SentUnit): (number | Buffer | null)[] {
  const state = STATES.indexOf(unit.state)
  if (unit.state === 'leased') return [state, unit.live, unit.votes, unit.failures, unit.wanted, null]
  return [state, 0, 0, 0, 0, unit.state === 'verified' ? blob32(unit.digest) : null]
}

/** The same for the log of changes. */
export function writeWork(to: ByteWriter, unit: SentUnit): void {
  to.number(STATES.indexOf(unit.state))
  if (unit.state === 'verified') to.hex32(unit.digest)
  if (unit.state !== 'leased') return
  for (const count of [unit.live, unit.votes, unit.failures, unit.wanted]) to.number(count)
}

/** Reads what {@link writeWork} wrote. */
export function readWork(from: ByteReader): SentUnit {
  const state = STATES[from.number()]
  switch (state) {
    case 'leased':
      return {
        state,
        live: from.number(),
        votes: from.number(),
        failures: from.number(),
        wanted: from.number(),
      }
    case 'verified':
      return { state, digest: from.hex32() }
    case 'inconclusive':
    case 'suspended':
      return { state }
    case undefined:
  }
  throw new Error('the log of changes holds an unknown state')
}
