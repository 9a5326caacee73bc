import type Database from 'better-sqlite3'

/** Work that must be part of the commit, or forgotten with it: counters that are kept in memory until then. */
export interface Pending {
  flush(): void
  forget(): void
  /** It is on disk. Must not throw. */
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
      try {
        const result = work()
        pending.flush()
        commit.run()
        pending.committed?.()
        return result
      } catch (error) {
        pending.forget()
        // SQLite itself rolls back on a full disk or an I/O error.
        if (db.inTransaction) rollback.run()
        throw error
      } finally {
        open = false
      }
    },
    needed() {
      if (!open) throw new Error('this write needs an open transaction')
    },
  }
}
