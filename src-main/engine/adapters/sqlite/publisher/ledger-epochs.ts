import type Database from 'better-sqlite3'
import { ledgerCoreName } from '../../../../domain/ledger-name.ts'
import { settings } from '../settings.ts'
import type { Transactions } from '../transactions.ts'

const EPOCH_SETTING = 'ledger-epoch'

/** Which ledger records belong to. */
export interface LedgerEpochs {
  readonly present: () => number
  /** See `nextLedger` of {@link GrantStore}. */
  readonly next: () => number
}

export function ledgerEpochs(db: Database.Database, tx: Transactions): LedgerEpochs {
  const named = settings(db)
  const moves = ['ledger_records', 'revocation_records'].map((table) =>
    db.prepare(`UPDATE ${table} SET epoch = ? WHERE epoch = ?`),
  )
  const forgetRows = db.prepare('DELETE FROM journal WHERE core = ?')
  const setLength = db.prepare('INSERT INTO journal_cores SELECT ?, length FROM journal_cores WHERE core = ?')
  const present = (): number => Number(named.setting(EPOCH_SETTING) ?? 0)
  return {
    present,
    next: () =>
      tx.transact(() => {
        const closed = present()
        const next = closed + 1
        // Blocks keep their numbers; the journal makes them again from the records.
        for (const move of moves) move.run(next, closed)
        setLength.run(ledgerCoreName(next), ledgerCoreName(closed))
        forgetRows.run(ledgerCoreName(closed))
        named.setSetting(EPOCH_SETTING, String(next))
        return next
      }),
  }
}
