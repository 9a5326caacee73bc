import type Database from 'better-sqlite3'
import type { UnitFile } from '../../../domain/unit-file.ts'
import { bytesOf } from './columns.ts'

/** Files that hang on the rows of another table, in order. */
export interface FileRows {
  add(owner: number, files: readonly UnitFile[]): void
  of(owner: number): readonly UnitFile[]
}

/** @param table has the columns `owner`, place, path and bytes */
export function fileRows(db: Database.Database, table: string, owner: string): FileRows {
  const insert = db.prepare(`INSERT INTO ${table} (${owner}, place, path, bytes) VALUES (?, ?, ?, ?)`)
  const select = db.prepare<[number], { path: string; bytes: Buffer }>(
    `SELECT path, bytes FROM ${table} WHERE ${owner} = ? ORDER BY place`,
  )
  return {
    add(id, files) {
      for (const [place, { path, bytes }] of files.entries()) insert.run(id, place, path, bytes)
    },
    of: (id) => select.all(id).map(({ path, bytes }) => ({ path, bytes: bytesOf(bytes) })),
  }
}
