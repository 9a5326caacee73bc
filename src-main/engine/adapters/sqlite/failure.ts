import Database from 'better-sqlite3'
import { PowerswarmError, type ErrorCode } from '../../../domain/errors.ts'

const CODES: readonly (readonly [prefix: string, code: ErrorCode, says: string])[] = [
  ['SQLITE_CORRUPT', 'database-corrupt', 'is damaged'],
  ['SQLITE_NOTADB', 'database-corrupt', 'is not a database or is damaged'],
  ['SQLITE_FULL', 'disk-full', 'cannot grow: the disk is full'],
  ['SQLITE_BUSY', 'data-folder-in-use', 'is in use by another program'],
  ['SQLITE_LOCKED', 'data-folder-in-use', 'is in use by another program'],
  ['SQLITE_READONLY', 'disk-failed', 'cannot be written'],
  ['SQLITE_IOERR', 'disk-failed', 'cannot be read or written: the disk reports an error'],
  ['SQLITE_CANTOPEN', 'file-unreadable', 'cannot be opened'],
]

/** Turns what SQLite threw into an error with a code; everything else comes back as it is. */
export function sqliteFailure(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const [, code, says] = CODES.find(([prefix]) => error.code.startsWith(prefix)) ?? ['', 'internal', 'failed']
  return new PowerswarmError(code, `The database ${file} ${says}`, {
    cause: error,
    details: { sqlite: error.code },
  })
}

/** Runs `work` and lets it fail only with errors that carry a code. */
export function translating<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw sqliteFailure(error, file)
  }
}

/** The same functions, failing only with errors that carry a code. */
export function translated<S extends object>(file: string, store: S): S {
  const entries = Object.entries(store).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member]
    const work = member as (...args: unknown[]) => unknown
    // Written out: some of these run many times for every unit.
    const guarded = (...args: unknown[]): unknown => {
      try {
        return work(...args)
      } catch (error) {
        throw sqliteFailure(error, file)
      }
    }
    return [name, guarded]
  })
  return Object.fromEntries(entries) as S
}
