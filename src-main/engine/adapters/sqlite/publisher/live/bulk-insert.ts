import type Database from 'better-sqlite3'

/** Rows of one statement: much of what a row costs is the call. */
const ROWS = 32

/** Writes rows of `columns` values by few statements. `verb`: up to the table's name, as in `INSERT INTO a`. */
export function bulkInsert(
  db: Database.Database,
  verb: string,
  columns: number,
): (rows: readonly (readonly unknown[])[]) => void {
  const places = `(${Array.from({ length: columns }, () => '?').join(', ')})`
  const one = db.prepare(`${verb} VALUES ${places}`)
  const many = db.prepare(`${verb} VALUES ${Array.from({ length: ROWS }, () => places).join(', ')}`)
  return (rows) => {
    let start = 0
    for (; start + ROWS <= rows.length; start += ROWS) many.run(...rows.slice(start, start + ROWS).flat())
    for (const row of rows.slice(start)) one.run(...row)
  }
}
