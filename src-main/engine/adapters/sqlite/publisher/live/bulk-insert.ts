import type Database from 'better-sqlite3'

/** Rows of one statement: much of what a row costs is the call. */
const ROWS = 32

/** Gathers rows of one table and writes them by few statements. */
export interface BulkInsert {
  /** One row, value by value. It may wait for others. */
  add(...values: readonly unknown[]): void
  /** Writes the rows that wait. */
  flush(): void
  /** Drops them. */
  forget(): void
}

/** Rows of `columns` values. `verb`: up to the table's name and its columns, as in `INSERT INTO a`. */
export function bulkInsert(db: Database.Database, verb: string, columns: number): BulkInsert {
  const places = `(${Array.from({ length: columns }, () => '?').join(', ')})`
  const one = db.prepare(`${verb} VALUES ${places}`)
  const many = db.prepare(`${verb} VALUES ${Array.from({ length: ROWS }, () => places).join(', ')}`)
  let waiting: unknown[] = []
  return {
    add(...values) {
      for (const value of values) waiting.push(value)
      if (waiting.length < ROWS * columns) return
      many.run(waiting)
      waiting = []
    },
    flush() {
      for (let at = 0; at < waiting.length; at += columns) one.run(waiting.slice(at, at + columns))
      waiting = []
    },
    forget() {
      waiting = []
    },
  }
}
