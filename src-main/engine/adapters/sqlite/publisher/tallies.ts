import type Database from 'better-sqlite3'
import type { WorkUnit } from '../../../../domain/work-unit.ts'
import type { BatchCounts, CopyStanding, DonorRow } from '../../../ports.ts'
import type { UndoLog } from './live/undo-log.ts'

/**
 * Counters of batches and donors, so that a status never has to count rows. They change with every unit and copy; in
 * the tables they stand as of the last fold.
 */
export interface Tallies {
  unitMoved(batch: number, before: WorkUnit, after: WorkUnit): void
  copyMoved(donor: number, before: CopyStanding | undefined, after: CopyStanding): void
  /** Units handed out, and units in all; undefined for a batch that does not exist. */
  fresh(batch: number): { readonly fresh: number; readonly count: number } | undefined
  setFresh(batch: number, fresh: number): void
  counts(): readonly BatchCounts[]
  donor(donor: number): DonorRow
  /** Writes what changed. Part of the fold's transaction. */
  write(): void
  /** That transaction was committed. */
  written(): void
}

const BATCH_COLUMNS = ['fresh', 'leased', 'pending', 'verified', 'inconclusive', 'suspended'] as const
const DONOR_COLUMNS = ['leased', 'verified', 'rejected'] as const
type Counters = Record<string, number>

/** Donors whose counters stay in memory after they were written. */
const DONORS_KEPT = 20_000

export function tallies(db: Database.Database, undo: UndoLog): Tallies {
  const update = (table: string, key: string, columns: readonly string[]): Database.Statement =>
    db.prepare(`UPDATE ${table} SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE ${key} = ?`)
  const updateBatch = update('batches', 'batch', BATCH_COLUMNS)
  const updateDonor = update('donors', 'donor', DONOR_COLUMNS)
  const selectBatch = db.prepare<[number], Counters>(
    `SELECT count, ${BATCH_COLUMNS.join(', ')} FROM batches WHERE batch = ?`,
  )
  const selectDonor = db.prepare<[number], Counters>(
    `SELECT ${DONOR_COLUMNS.join(', ')} FROM donors WHERE donor = ?`,
  )
  const selectBatches = db.prepare<[], number>('SELECT batch FROM batches ORDER BY batch').pluck()
  const batches = counted(undo, selectBatch)
  const donors = counted(undo, selectDonor)
  const values = (counters: Counters, columns: readonly string[]): number[] =>
    columns.map((name) => counters[name] ?? 0)
  return {
    unitMoved(batch, before, after) {
      batches.move(batch, unitCounter(before), unitCounter(after))
    },
    copyMoved(donor, before, after) {
      donors.move(donor, before, after)
    },
    fresh(batch) {
      const counters = batches.get(batch)
      return counters && { fresh: counters['fresh'] ?? 0, count: counters['count'] ?? 0 }
    },
    setFresh(batch, fresh) {
      batches.add(batch, 'fresh', fresh - (batches.get(batch)?.['fresh'] ?? 0))
    },
    counts: () =>
      selectBatches.all().map((batch) => {
        const [, leased = 0, pending = 0, verified = 0, inconclusive = 0, suspended = 0] = values(
          batches.get(batch) ?? {},
          BATCH_COLUMNS,
        )
        return { batch, leased, pending, verified, inconclusive, suspended }
      }),
    donor(donor) {
      const { leased = 0, verified = 0, rejected = 0 } = donors.get(donor) ?? {}
      return { leased, verified, rejected }
    },
    write() {
      for (const [batch, counters] of batches.changed())
        updateBatch.run(...values(counters, BATCH_COLUMNS), batch)
      for (const [donor, counters] of donors.changed())
        updateDonor.run(...values(counters, DONOR_COLUMNS), donor)
    },
    written() {
      batches.written()
      donors.written()
    },
  }
}

/** Rows of counters in memory, read when they are first needed. */
function counted(undo: UndoLog, select: Database.Statement<[number], Counters>) {
  const rows = new Map<number, Counters>()
  const dirty = new Set<number>()
  const get = (id: number): Counters | undefined => {
    const known = rows.get(id)
    if (known) return known
    const row = select.get(id)
    if (!row) return undefined
    rows.set(id, row)
    // The row itself may be part of the transaction.
    undo.add(() => rows.delete(id))
    return row
  }
  const add = (id: number, name: string, change: number): void => {
    const counters = get(id)
    if (!counters || !(name in counters)) return
    counters[name] = (counters[name] ?? 0) + change
    dirty.add(id)
    undo.add(() => {
      counters[name] = (counters[name] ?? 0) - change
    })
  }
  return {
    get,
    add,
    move(id: number, from: string | undefined, to: string): void {
      if (from === to) return
      if (from !== undefined) add(id, from, -1)
      add(id, to, 1)
    },
    changed: () => [...dirty].flatMap((id) => rowOf(rows, id)),
    written(): void {
      dirty.clear()
      if (rows.size > DONORS_KEPT) rows.clear()
    },
  }
}

function rowOf(rows: ReadonlyMap<number, Counters>, id: number): [number, Counters][] {
  const row = rows.get(id)
  return row ? [[id, row]] : []
}

/** A leased unit with a vote counts as pending. Units never handed out have no counter: their name matches none. */
function unitCounter(unit: WorkUnit): string {
  return unit.state === 'leased' && unit.votes > 0 ? 'pending' : unit.state
}
