import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { PowerswarmError } from '../../../domain/errors.ts'
import { KIB, MIB } from '../../../domain/units.ts'
import { translating } from './failure.ts'

/** What takes a database from version `i` to `i + 1`, in order. Entries of a release are never changed, only added. */
export type Migrations = readonly Migration[]
/** Statements, or a function where statements alone cannot do it. Runs in a transaction of its own. */
export type Migration = string | ((db: Database.Database) => void)

/** Reading a whole file takes about a second per 300 MB: larger ones are checked where they are read only. */
const CHECK_BYTES_MAX = 128 * MIB
const BUSY_MS = 5_000
const PAGE_BYTES = 4 * KIB
const CACHE_BYTES = 32 * MIB
const CHECKPOINT_BYTES = 16 * MIB

/**
 * Opens or makes a database: write-ahead log, every commit on disk before it returns, foreign keys on, checked and
 * migrated. Throws `database-newer` (from a later version of the program), `database-corrupt`, `disk-full`,
 * `disk-failed`, `data-folder-in-use` or `file-unreadable`; the file is then as it was and closed.
 */
export function openDatabase(file: string, migrations: Migrations): Database.Database {
  if (!existsSync(dirname(file)))
    throw new PowerswarmError('file-unreadable', `There is no folder for the database ${file}`)
  const db = translating(file, () => new Database(file, { timeout: BUSY_MS }))
  try {
    translating(file, () => prepare(db, file, migrations))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: Database.Database, file: string, migrations: Migrations): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length)
    throw new PowerswarmError(
      'database-newer',
      `The database ${file} was written by a newer version of Powerswarm; please update`,
      { details: { version, known: migrations.length } },
    )
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  // A busy publisher touches more pages than the defaults (2 MB of cache, a checkpoint every 4 MB) are meant for.
  db.pragma(`cache_size = -${CACHE_BYTES / KIB}`)
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_BYTES}`)
  db.pragma(`journal_size_limit = ${4 * CHECKPOINT_BYTES}`)
  if (version > 0 && statSync(file).size <= CHECK_BYTES_MAX) check(db, file)
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue
    db.transaction(() => {
      if (typeof migration === 'string') db.exec(migration)
      else migration(db)
      db.pragma(`user_version = ${index + 1}`)
    }).immediate()
  }
}

function check(db: Database.Database, file: string): void {
  const [first] = db.prepare<[], string>('PRAGMA quick_check(1)').pluck().all()
  if (first !== 'ok')
    throw new PowerswarmError('database-corrupt', `The database ${file} is damaged`, {
      details: { check: String(first) },
    })
}
