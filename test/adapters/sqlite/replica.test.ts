import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startReplica, type Replica } from '../../../src-main/engine/adapters/sqlite/replica/replica.ts'
import { tempDir } from '../../support/temp-dir.ts'

interface Pair {
  readonly db: Database.Database
  readonly replica: Replica
  readonly copyFile: string
  readonly failures: unknown[]
  /** Rows of the database, and of the copy as a restore at this moment would find it. */
  compare(): void
}

function pair(): Pair {
  const dir = tempDir()
  const file = join(dir, 'a.sqlite')
  const copyFile = join(dir, 'b.sqlite')
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)')
  db.prepare('INSERT INTO t (bytes) VALUES (?)').run(Buffer.alloc(9000, 1))
  const failures: unknown[] = []
  const replica = startReplica({ db, file, copyFile, onFailure: (error) => failures.push(error) })
  onTestFinished(() => {
    replica.close()
    db.close()
  })
  return {
    db,
    replica,
    copyFile,
    failures,
    compare: () => {
      expect(rowsOf(restored(copyFile))).toEqual(rowsOf(db))
    },
  }
}

function restored(copyFile: string): Database.Database {
  const path = join(tempDir(), 'restored.sqlite')
  copyFileSync(copyFile, path)
  if (existsSync(`${copyFile}-wal`)) copyFileSync(`${copyFile}-wal`, `${path}-wal`)
  const db = new Database(path)
  onTestFinished(() => {
    db.close()
  })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  return db
}

const rowsOf = (db: Database.Database): unknown[] =>
  db.prepare('SELECT id, length(bytes) AS size, hex(substr(bytes, 1, 4)) AS start FROM t').all()

function insert(db: Database.Database, rows: number, bytes = 100): void {
  const add = db.prepare('INSERT INTO t (bytes) VALUES (?)')
  db.transaction(() => {
    for (let i = 0; i < rows; i++) add.run(Buffer.alloc(bytes, i))
  })()
}

describe('a replica', () => {
  it('holds what was there before, and every commit once it was shipped', () => {
    const { db, replica, compare } = pair()
    compare()
    for (let round = 0; round < 20; round++) {
      insert(db, 1 + round)
      db.prepare('DELETE FROM t WHERE id = ?').run(round)
      replica.ship()
      compare()
    }
  })

  it('is whole though the log was worked in several times', { timeout: 60_000 }, () => {
    const { db, replica, compare } = pair()
    for (let round = 0; round < 12; round++) {
      insert(db, 40, 100_000)
      replica.ship()
      if (round % 4 === 3) compare()
      if (round % 3 === 2) db.exec('DELETE FROM t WHERE id % 2 = 0')
    }
    replica.ship()
    compare()
  })

  it('never holds what was rolled back, though it had spilled into the log', () => {
    const { db, replica, compare } = pair()
    db.pragma('cache_size = 5')
    insert(db, 3)
    replica.ship()
    db.exec('BEGIN')
    for (let i = 0; i < 200; i++) db.prepare('INSERT INTO t (bytes) VALUES (?)').run(Buffer.alloc(8000, 9))
    replica.ship()
    db.exec('ROLLBACK')
    replica.ship()
    compare()
    insert(db, 2)
    replica.ship()
    compare()
    insert(db, 300)
    replica.ship()
    compare()
  })

  it('ships what is left when it is closed, and writes outside transactions by the clock', async () => {
    const { db, replica, copyFile, compare } = pair()
    db.prepare('INSERT INTO t (bytes) VALUES (?)').run(Buffer.alloc(10))
    await expect.poll(() => rowsOf(restored(copyFile)).length).toBe(2)
    insert(db, 5)
    replica.close()
    compare()
  })

  it('ends with its first failure, told once, and the database goes on', () => {
    const { db, replica, copyFile, failures } = pair()
    insert(db, 100, 100_000)
    insert(db, 100, 100_000)
    // The copy cannot be opened to work the log in.
    rmSync(copyFile)
    replica.ship()
    insert(db, 1)
    replica.ship()
    replica.close()
    expect(failures).toHaveLength(1)
    expect(rowsOf(db)).toHaveLength(202)
  })
})
