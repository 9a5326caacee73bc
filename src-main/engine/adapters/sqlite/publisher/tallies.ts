import type Database from 'better-sqlite3'
import { reserveStart } from '../../../../domain/reserve.ts'
import type { WorkUnit } from '../../../../domain/work-unit.ts'
import type { BatchCounts, CopyStanding, DonorRow } from '../../../ports.ts'

/**
 * Counters of batches and donors, so that a status never has to count rows. They follow commits; in the tables they
 * stand as of the last fold.
 */
export interface Tallies {
  unitMoved(batch: number, before: WorkUnit, after: WorkUnit): void
  copyMoved(donor: number, before: CopyStanding | undefined, after: CopyStanding): void
  /**
   * Units handed out, units in all, and where the reserve begins; undefined for a batch that does not exist. Once a unit
   * of the reserve is handed out it is released.
   */
  fresh(batch: number):
    | {
        readonly fresh: number
        readonly count: number
        readonly reserveStart: number
        readonly isReserveReleased: boolean
      }
    | undefined
  /** Takes effect at once: whoever opened the transaction takes it back. */
  setFresh(batch: number, fresh: number): void
  counts(): readonly BatchCounts[]
  donor(donor: number): DonorRow
  /** Forgets rows that a transaction which was rolled back may have added. */
  forget(): void
  /** Writes what changed. Part of the fold's transaction. */
  write(): void
  /** That transaction was committed. */
  written(): void
}

const COUNTED = ['leased', 'pending', 'verified', 'trusted', 'released', 'inconclusive', 'suspended'] as const
const BATCH_COLUMNS = ['fresh', ...COUNTED] as const
const DONOR_COLUMNS = ['leased', 'verified', 'rejected'] as const
type Counters = Record<string, number>

/** Rows of one table that stay in memory after they were written. */
const KEPT = 20_000

export function tallies(db: Database.Database): Tallies {
  const selectBatches = db.prepare<[], number>('SELECT batch FROM batches ORDER BY batch').pluck()
  const batches = counters(db, 'batches', 'batch', BATCH_COLUMNS, 'count', 'reserve')
  const donors = counters(db, 'donors', 'donor', DONOR_COLUMNS)
  return {
    unitMoved(batch, before, after) {
      batches.move(batch, unitCounter(before), unitCounter(after))
    },
    copyMoved(donor, before, after) {
      donors.move(donor, before, after)
    },
    fresh(batch) {
      const row = batches.get(batch)
      if (!row) return undefined
      const { fresh = 0, count = 0, reserve = 0 } = row
      const start = reserveStart({ count }, reserve)
      return { fresh, count, reserveStart: start, isReserveReleased: fresh > start }
    },
    setFresh(batch, fresh) {
      batches.add(batch, 'fresh', fresh - (batches.get(batch)?.['fresh'] ?? 0))
    },
    counts: () =>
      selectBatches.all().map((batch) => {
        const row = batches.get(batch) ?? {}
        const [
          leased = 0,
          pending = 0,
          verified = 0,
          trusted = 0,
          released = 0,
          inconclusive = 0,
          suspended = 0,
        ] = COUNTED.map((name) => row[name])
        return { batch, leased, pending, verified, trusted, released, inconclusive, suspended }
      }),
    donor(donor) {
      const { leased = 0, verified = 0, rejected = 0 } = donors.get(donor) ?? {}
      return { leased, verified, rejected }
    },
    forget() {
      batches.forget()
      donors.forget()
    },
    write() {
      batches.write()
      donors.write()
    },
    written() {
      batches.written()
      donors.written()
    },
  }
}

/** Counters of one table in memory, read when they are first needed. `more`: columns that only are read. */
function counters(
  db: Database.Database,
  table: string,
  key: string,
  columns: readonly string[],
  ...more: readonly string[]
) {
  const select = db.prepare<[number], Counters>(
    `SELECT ${[...columns, ...more].join(', ')} FROM ${table} WHERE ${key} = ?`,
  )
  const update = db.prepare(
    `UPDATE ${table} SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE ${key} = ?`,
  )
  const rows = new Map<number, Counters>()
  const dirty = new Set<number>()
  const get = (id: number): Counters | undefined => {
    const row = rows.get(id) ?? select.get(id)
    if (row) rows.set(id, row)
    return row
  }
  const forget = (): void => {
    for (const id of rows.keys()) if (!dirty.has(id)) rows.delete(id)
  }
  const add = (id: number, name: string, change: number): void => {
    const row = get(id)
    const value = row?.[name]
    if (!row || value === undefined) return
    row[name] = value + change
    dirty.add(id)
  }
  return {
    get,
    add,
    forget,
    move(id: number, from: string | undefined, to: string): void {
      if (from === to) return
      if (from !== undefined) add(id, from, -1)
      add(id, to, 1)
    },
    write(): void {
      for (const id of dirty) update.run(...columns.map((name) => rows.get(id)?.[name] ?? 0), id)
    },
    written(): void {
      dirty.clear()
      if (rows.size > KEPT) rows.clear()
    },
  }
}

/** A leased unit with a vote counts as pending. Units never handed out have no counter: their name matches none. */
function unitCounter(unit: WorkUnit): string {
  return unit.state === 'leased' && unit.votes > 0 ? 'pending' : unit.state
}
