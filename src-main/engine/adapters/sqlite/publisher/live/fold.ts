import type Database from 'better-sqlite3'
import { ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { Tallies } from '../tallies.ts'
import { bulkInsert } from './bulk-insert.ts'
import type { ChangeLog } from './change-log.ts'
import type { DonorTrusts } from './donor-trusts.ts'
import type { Tails } from './tails.ts'
import { isOpen, type UnitEntry } from './unit-entry.ts'
import { STANDINGS, stateColumn, writeImage } from './unit-image.ts'
import type { UnitTable } from './unit-table.ts'
import type { Windows } from './windows.ts'

export interface FoldInit {
  readonly db: Database.Database
  readonly ids: DonorIds
  readonly table: UnitTable
  readonly tallies: Tallies
  readonly tails: Tails
  readonly trusts: DonorTrusts
  readonly windows: Windows
  readonly log: ChangeLog
}

/**
 * Writes the rows of everything that the log of changes holds and empties it, in one transaction: killed before its
 * commit, the log is still there; killed after it, it is not needed. Call the function outside of transactions.
 */
export function foldChanges(init: FoldInit): () => void {
  const { db, ids, table, tallies, tails, trusts, windows, log } = init
  const units = bulkInsert(db, 'INSERT OR REPLACE INTO units (batch, idx, state, open, image)', 5)
  const verified = bulkInsert(db, 'INSERT INTO verified (id, batch, idx, at)', 4)
  const ended = bulkInsert(db, 'INSERT OR IGNORE INTO without_credit (donor, batch, idx, standing)', 4)
  const unsealed = db.prepare('INSERT OR REPLACE INTO unsealed VALUES (1, ?)')
  const bytes = new ByteWriter()

  const write = db.transaction((entries: readonly UnitEntry[]) => {
    for (const { unit, state } of entries) {
      bytes.reset()
      writeImage(bytes, ids, state)
      units.add(unit.batch, unit.index, stateColumn(state.work), Number(isOpen(state)), bytes.copy())
    }
    for (const { id, unit, at } of tails.verified) verified.add(id, unit.batch, unit.index, at)
    for (const { unit, donorKey, standing } of tails.ended)
      ended.add(ids.ensure(donorKey), unit.batch, unit.index, STANDINGS.indexOf(standing))
    for (const rows of [units, verified, ended]) rows.flush()
    unsealed.run(tails.unsealedBytes())
    tallies.write()
    trusts.write()
    windows.write()
    log.clear()
  })
  return () => {
    const entries = table.dirty()
    // What an earlier one that failed left behind is written anew.
    for (const rows of [units, verified, ended]) rows.forget()
    if (log.bytes > 0) write.immediate(entries)
    table.written(entries)
    tails.written()
    tallies.written()
    trusts.written()
    windows.written()
    log.cleared()
  }
}
