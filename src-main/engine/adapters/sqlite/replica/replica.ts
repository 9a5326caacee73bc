import { closeSync, constants, copyFileSync, fsyncSync, openSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { MIB } from '../../../../domain/units.ts'
import { WalReader } from './wal.ts'

/**
 * A second copy of a database that is always whole: a base file and beside it the same write-ahead log that the
 * database has. Invariants:
 * - the database's log is emptied by {@link Replica} alone, so it only grows between two emptyings;
 * - what a commit added to it is in the replica's log, synced, before the commit is acknowledged;
 * - the replica's log is worked into its base before the database's is emptied.
 * Opened as a database, the replica is the state after the last commit that reached it.
 */
export interface Replica {
  /** Carries over what was committed. Never throws: the first failure ends the replica and is told. */
  ship(): void
  /** Carries over what is left and lets go of the file. */
  close(): void
}

export interface ReplicaInit {
  readonly db: Database.Database
  readonly file: string
  /** Of the copy; its folder exists. */
  readonly copyFile: string
  readonly onFailure: (error: unknown) => void
}

/** The log of a busy publisher grows by as much in seconds; working it in takes a tenth of a second on both sides. */
const LOG_BYTES_MAX = 16 * MIB
/** Writes outside a transaction are carried over by the clock. */
const SHIP_EVERY_MS = 200

/** Copies the database and keeps the copy up to date. Throws what the disk says, with nothing started. */
export function startReplica({ db, file, copyFile, onFailure }: ReplicaInit): Replica {
  const log = new WalReader(`${file}-wal`)
  const ownCheckpoints = Number(db.pragma('wal_autocheckpoint', { simple: true }))
  db.pragma('wal_autocheckpoint = 0')
  emptyLog(db)
  copyFileSync(file, copyFile, constants.COPYFILE_FICLONE)
  sync(copyFile)
  let target: number | undefined = openSync(`${copyFile}-wal`, 'w', 0o600)

  const append = (): void => {
    const added = log.read()
    if (added.byteLength === 0 || target === undefined) return
    writeSync(target, added)
    fsyncSync(target)
  }
  const letGo = (): void => {
    if (target !== undefined) closeSync(target)
    target = undefined
  }
  const rotate = (): void => {
    letGo()
    workIn(copyFile)
    emptyLog(db)
    log.restart()
    target = openSync(`${copyFile}-wal`, 'w', 0o600)
  }
  const guarded = (work: () => void): void => {
    if (target === undefined) return
    try {
      work()
    } catch (error) {
      stop()
      onFailure(error)
    }
  }
  const ship = (): void => {
    guarded(() => {
      append()
      if (log.position >= LOG_BYTES_MAX) rotate()
    })
  }
  const timer = setInterval(ship, SHIP_EVERY_MS)
  timer.unref()
  const stop = (): void => {
    clearInterval(timer)
    letGo()
    db.pragma(`wal_autocheckpoint = ${ownCheckpoints}`)
  }
  return {
    ship,
    close: () => {
      guarded(append)
      stop()
    },
  }
}

/** Works a copy's log into its base, as opening and closing it does. */
function workIn(copyFile: string): void {
  const copy = new Database(copyFile, { fileMustExist: true })
  try {
    copy.pragma('synchronous = FULL')
    emptyLog(copy)
  } finally {
    copy.close()
  }
}

function emptyLog(db: Database.Database): void {
  const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[]
  if (result?.busy !== 0) throw new Error('the write-ahead log is being read and cannot be emptied')
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
