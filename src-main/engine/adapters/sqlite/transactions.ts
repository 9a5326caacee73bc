import type Database from 'better-sqlite3'

/** What is kept in memory about a transaction until it ends. */
export interface Pending {
  /** Writes what must be part of the commit. */
  flush(): void
  /** The transaction was rolled back. */
  forget(): void
  /** It was committed and is on disk. Must not throw. */
  committed?(): void
}

export interface Transactions {
  transact<T>(work: () => T): T
  /** Throws unless a transaction is open: a guard for writes that make sense only together. */
  needed(): void
}

/** Transactions that nest by joining the outer one. */
export function transactions(db: Database.Database, pending: Pending): Transactions {
  let open = false
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  return {
    transact(work) {
      if (open) return work()
      begin.run()
      open = true
      let result
      try {
        result = work()
        pending.flush()
        commit.run()
      } catch (error) {
        pending.forget()
        // SQLite itself rolls back on a full disk or an I/O error.
        if (db.inTransaction) rollback.run()
        throw error
      } finally {
        open = false
      }
      pending.committed?.()
      return result
    },
    needed() {
      if (!open) throw new Error('this write needs an open transaction')
    },
  }
}
