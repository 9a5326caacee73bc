import type Database from 'better-sqlite3'
import { ledgerEpoch } from '../../../../domain/ledger-name.ts'
import type { CoreJournal } from '../../../ports.ts'
import { bytesOf } from '../columns.ts'
import { ledgerBlocks } from './ledger-blocks.ts'
import type { Transactions } from '../transactions.ts'

/** SQLite's word for no limit. */
const UNLIMITED = -1

export function journal(db: Database.Database, tx: Transactions): CoreJournal {
  const length = db.prepare<[string], number>('SELECT length FROM journal_cores WHERE core = ?').pluck()
  const setLength = db.prepare(
    'INSERT INTO journal_cores VALUES (?, ?) ON CONFLICT (core) DO UPDATE SET length = excluded.length',
  )
  const insert = db.prepare('INSERT INTO journal VALUES (?, ?, ?)')
  const rows = db.prepare<[string, number, number], { idx: number; block: Buffer }>(
    'SELECT idx, block FROM journal WHERE core = ? AND idx >= ? ORDER BY idx LIMIT ?',
  )
  const first = db.prepare<[string], number | null>('SELECT min(idx) FROM journal WHERE core = ?').pluck()
  const discard = db.prepare('DELETE FROM journal WHERE core = ? AND idx < ?')
  const remade = ledgerBlocks(db)
  const lengthOf = (core: string): number => length.get(core) ?? 0
  const firstKept = (core: string): number => first.get(core) ?? lengthOf(core)
  return {
    length: lengthOf,
    record: (core, blocks) =>
      tx.transact(() => {
        const start = lengthOf(core)
        for (const [offset, block] of blocks.entries()) insert.run(core, start + offset, block)
        setLength.run(core, start + blocks.length)
        return start
      }),
    from: (core, index, limit = UNLIMITED) => {
      const epoch = ledgerEpoch(core)
      const end = firstKept(core)
      const again = epoch !== undefined && index < end ? remade(epoch, index, end, limit) : []
      if (again.length > 0) return again
      return rows.all(core, index, limit).map(({ idx, block }) => ({ index: idx, block: bytesOf(block) }))
    },
    firstKept,
    discardBelow: (core, index) => {
      discard.run(core, index)
    },
  }
}
