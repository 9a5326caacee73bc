import type Database from 'better-sqlite3'
import type { WorkUnit } from '../../../../domain/work-unit.ts'
import type { CopyStanding } from '../../../ports.ts'
import type { Pending } from '../transactions.ts'

/**
 * Counters of batches and donors. They change with every unit and copy but are written once per transaction,
 * so that a status never has to count rows.
 */
export interface Tallies extends Pending {
  unitMoved(batch: number, before: WorkUnit, after: WorkUnit): void
  copyMoved(donor: number, before: CopyStanding | undefined, after: CopyStanding): void
}

const BATCH_COLUMNS = [
  'leased',
  'pending',
  'verified',
  'trusted',
  'released',
  'inconclusive',
  'suspended',
] as const
const DONOR_COLUMNS = ['leased', 'verified', 'rejected'] as const
type Changes = Map<number, Map<string, number>>

export function tallies(db: Database.Database): Tallies {
  const add = (table: string, key: string, columns: readonly string[]): Database.Statement =>
    db.prepare(
      `UPDATE ${table} SET ${columns.map((name) => `${name} = ${name} + ?`).join(', ')} WHERE ${key} = ?`,
    )
  const addToBatch = add('batches', 'batch', BATCH_COLUMNS)
  const addToDonor = add('donors', 'donor', DONOR_COLUMNS)
  const batches: Changes = new Map()
  const donors: Changes = new Map()
  const flush = (changes: Changes, statement: Database.Statement, columns: readonly string[]): void => {
    for (const [id, counts] of changes) statement.run(...columns.map((name) => counts.get(name) ?? 0), id)
    changes.clear()
  }
  return {
    unitMoved(batch, before, after) {
      move(batches, batch, unitCounter(before), unitCounter(after))
    },
    copyMoved(donor, before, after) {
      move(donors, donor, before, after)
    },
    flush() {
      flush(batches, addToBatch, BATCH_COLUMNS)
      flush(donors, addToDonor, DONOR_COLUMNS)
    },
    forget() {
      batches.clear()
      donors.clear()
    },
  }
}

/** A leased unit with a vote counts as pending. Units never handed out have no counter: their name matches none. */
function unitCounter(unit: WorkUnit): string {
  return unit.state === 'leased' && unit.votes > 0 ? 'pending' : unit.state
}

function move(changes: Changes, id: number, from: string | undefined, to: string): void {
  if (from === to) return
  let counts = changes.get(id)
  if (!counts) changes.set(id, (counts = new Map<string, number>()))
  if (from !== undefined) counts.set(from, (counts.get(from) ?? 0) - 1)
  counts.set(to, (counts.get(to) ?? 0) + 1)
}
