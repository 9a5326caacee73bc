import type Database from 'better-sqlite3'
import { blob32, outcomeNumber } from '../../columns.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { Tallies } from '../tallies.ts'
import { STANDINGS } from './copies-codec.ts'
import { bulkInsert } from './bulk-insert.ts'
import type { ChangeLog } from './change-log.ts'
import type { Tails } from './tails.ts'
import type { UnitEntry } from './unit-entry.ts'
import type { UnitTable } from './unit-table.ts'

export interface FoldInit {
  readonly db: Database.Database
  readonly ids: DonorIds
  readonly table: UnitTable
  readonly tallies: Tallies
  readonly tails: Tails
  readonly log: ChangeLog
}

/**
 * Writes the rows of everything that the log of changes holds and empties it, in one transaction: killed before its
 * commit, the log is still there; killed after it, it is not needed. Call the function outside of transactions.
 */
export function foldChanges({ db, ids, table, tallies, tails, log }: FoldInit): () => void {
  const units = bulkInsert(
    db,
    'INSERT OR REPLACE INTO units (batch, idx, state, live, votes, failures, wanted, digest, lottery, leased, copies)',
    11,
  )
  const outputs = bulkInsert(db, 'INSERT OR IGNORE INTO outputs', 7)
  const dropOthers = db.prepare('DELETE FROM outputs WHERE batch = ? AND idx = ? AND digest <> ?')
  const verified = bulkInsert(db, 'INSERT INTO verified (id, batch, idx, at)', 4)
  const withoutCredit = bulkInsert(
    db,
    'INSERT OR IGNORE INTO without_credit (donor, batch, idx, standing)',
    4,
  )
  const unsealed = db.prepare('INSERT OR REPLACE INTO unsealed VALUES (1, ?)')
  const write = db.transaction((entries: readonly UnitEntry[]) => {
    units(entries.map((entry) => table.rowOf(entry)))
    outputs(entries.flatMap(outputRows))
    for (const { unit, keep } of entries)
      if (keep !== undefined) dropOthers.run(unit.batch, unit.index, blob32(keep))
    verified(tails.verified.map(({ id, unit, at }) => [id, unit.batch, unit.index, at]))
    withoutCredit(
      tails.withoutCredit.map(({ unit, donorKey, standing }) => [
        ids.ensure(donorKey),
        unit.batch,
        unit.index,
        STANDINGS.indexOf(standing),
      ]),
    )
    unsealed.run(tails.unsealedBytes())
    tallies.write()
    log.clear()
  })
  return () => {
    const entries = table.dirty()
    write.immediate(entries)
    table.written(entries)
    tails.written()
    tallies.written()
    log.cleared()
  }
}

function outputRows({ unit, outputs }: UnitEntry): unknown[][] {
  return outputs.map(({ digest, outcome, exitCode, fuel, stdout }) => {
    const place = [unit.batch, unit.index, blob32(digest)]
    return [...place, outcomeNumber(outcome), exitCode, fuel, stdout]
  })
}
