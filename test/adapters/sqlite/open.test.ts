import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errorCode } from '../../../src-main/domain/errors.ts'
import { openDonorStore } from '../../../src-main/engine/adapters/sqlite/donor-store.ts'
import { openDatabase } from '../../../src-main/engine/adapters/sqlite/open.ts'
import { translating } from '../../../src-main/engine/adapters/sqlite/failure.ts'
import { openPublisherStore } from '../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { transactions } from '../../../src-main/engine/adapters/sqlite/transactions.ts'
import { tempDir } from '../../support/temp-dir.ts'

const FIRST = 'CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)'
const SECOND = 'ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7'
const noLog = (): void => undefined

function open(file: string, migrations: readonly string[]): Database.Database {
  const db = openDatabase(file, migrations)
  onTestFinished(() => void db.close())
  return db
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return errorCode(error)
  }
  return 'none'
}

/** Overwrites everything behind the first page, as a failing disk might. */
function damage(file: string): void {
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xa5, 4096))
}

describe('opening a database', () => {
  it('commits to disk, keeps foreign keys and a write-ahead log', () => {
    const db = open(join(tempDir(), 'a.sqlite'), [FIRST])
    const pragma = (name: string): unknown => db.pragma(name, { simple: true })
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1])
  })

  it('applies each migration once, in order, and keeps the data', () => {
    const file = join(tempDir(), 'a.sqlite')
    open(file, [FIRST]).close()
    const db = open(file, [FIRST, SECOND])
    expect(db.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 7 }])
    expect(db.pragma('user_version', { simple: true })).toBe(2)
  })

  it('leaves the old version in place when a migration fails', () => {
    const file = join(tempDir(), 'a.sqlite')
    open(file, [FIRST]).close()
    expect(
      codeOf(() => open(file, [FIRST, 'INSERT INTO a VALUES (2); INSERT INTO missing VALUES (1)'])),
    ).toBe('internal')
    expect(open(file, [FIRST]).prepare('SELECT * FROM a').all()).toEqual([{ x: 1 }])
  })

  it('refuses a database of a newer version and leaves it as it was', () => {
    const file = join(tempDir(), 'a.sqlite')
    open(file, [FIRST, SECOND]).close()
    const before = readFileSync(file)
    expect(codeOf(() => open(file, [FIRST]))).toBe('database-newer')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('names a folder that is not there', () => {
    expect(codeOf(() => open(join(tempDir(), 'none', 'a.sqlite'), [FIRST]))).toBe('file-unreadable')
  })

  it('says that the disk is full, changes nothing, and goes on when there is room again', () => {
    const file = join(tempDir(), 'a.sqlite')
    const db = open(file, ['CREATE TABLE a (x TEXT) STRICT'])
    const forgotten: string[] = []
    const { transact } = transactions(db, {
      flush: () => undefined,
      forget: () => forgotten.push('forgotten'),
    })
    const insert = db.prepare('INSERT INTO a VALUES (?)')
    const write = (bytes: number): void =>
      translating(file, () => transact(() => void insert.run('x'.repeat(bytes))))
    const count = (): unknown => db.prepare('SELECT count(*) FROM a').pluck().get()
    // A page limit stands for a full disk: SQLite reports both alike.
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 1}`)
    expect(codeOf(() => write(100_000))).toBe('disk-full')
    expect([count(), forgotten, db.inTransaction]).toEqual([0, ['forgotten'], false])
    write(10)
    expect(count()).toBe(1)
  })

  it('says that another program holds the file', () => {
    const file = join(tempDir(), 'a.sqlite')
    const holder = open(file, [FIRST])
    const db = open(file, [FIRST])
    db.pragma('busy_timeout = 1')
    holder.exec('BEGIN IMMEDIATE')
    expect(codeOf(() => translating(file, () => db.exec('BEGIN IMMEDIATE')))).toBe('data-folder-in-use')
  })
})

describe('a damaged database', () => {
  it('of a publisher is refused and left alone', () => {
    const file = join(tempDir(), 'publisher.sqlite')
    openPublisherStore(file).close()
    damage(file)
    const before = readFileSync(file)
    expect(codeOf(() => openPublisherStore(file))).toBe('database-corrupt')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it.each([
    ['damaged inside', damage],
    ['replaced by rubbish', (file: string) => writeFileSync(file, 'not a database'.repeat(1000))],
  ])('of a donor is set aside when %s, the loss is logged and an empty one opened', (_, spoil) => {
    const dir = tempDir()
    const file = join(dir, 'donor.sqlite')
    const before = openDonorStore(file, { log: noLog })
    before.setSetting('paused', 'yes')
    before.close()
    spoil(file)
    const events: unknown[] = []
    const store = openDonorStore(file, { log: (...event) => events.push(event) })
    onTestFinished(() => store.close())
    expect(store.setting('paused')).toBeUndefined()
    expect(events).toEqual([
      ['error', 'donor-database-set-aside', expect.objectContaining({ aside: `${file}.damaged-1` })],
    ])
    expect(existsSync(`${file}.damaged-1`)).toBe(true)
  })

  it('of a donor never overwrites one that was set aside before', () => {
    const dir = tempDir()
    const file = join(dir, 'donor.sqlite')
    for (let round = 0; round < 2; round++) {
      openDonorStore(file, { log: noLog }).close()
      writeFileSync(file, 'rubbish'.repeat(1000))
    }
    openDonorStore(file, { log: noLog }).close()
    expect(readdirSync(dir).filter((name) => /damaged-\d$/.test(name))).toEqual([
      'donor.sqlite.damaged-1',
      'donor.sqlite.damaged-2',
    ])
  })
})
