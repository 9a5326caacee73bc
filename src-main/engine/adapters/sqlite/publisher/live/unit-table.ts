import type Database from 'better-sqlite3'
import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import type { CopyRow } from '../../../../ports.ts'
import { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import { unitOf, unitValues, type UnitColumns } from '../unit-rows.ts'
import { readCopy, writeCopy } from './copies-codec.ts'
import { newEntry, type UnitEntry } from './unit-entry.ts'

/** Units that stay in memory after their rows were written, the latest ones: they are likely to move again. */
const KEPT = 32_768

export interface UnitRowColumns extends UnitColumns {
  lottery: number
  copies: Buffer
}

/** Units in memory before their rows are written, and the reading of rows into memory. */
export interface UnitTable {
  /** Reads the unit's row when it is not in memory. Undefined: it was never handed out. */
  find(unit: UnitId): UnitEntry | undefined
  /** The unit if it is in memory. */
  peek(unit: UnitId): UnitEntry | undefined
  /** Adds a unit that has no row. */
  create(unit: UnitId): UnitEntry
  /** Takes back {@link create}. */
  drop(unit: UnitId): void
  readonly size: number
  /** Units whose rows are out of date, in the order of the table. */
  dirty(): UnitEntry[]
  /** What the row of a unit holds, in the order of its columns. */
  rowOf(entry: UnitEntry): unknown[]
  /** The rows of these units were written: forgets most units. */
  written(entries: readonly UnitEntry[]): void
}

export function unitTable(db: Database.Database, ids: DonorIds): UnitTable {
  const select = db.prepare<[number, number], UnitRowColumns>(
    `SELECT state, live, votes, failures, wanted, digest, lottery, copies FROM units WHERE batch = ? AND idx = ?`,
  )
  const batches = new Map<number, Map<number, UnitEntry>>()
  const bytes = new ByteWriter()
  let size = 0
  const put = (entry: UnitEntry): UnitEntry => {
    const { batch, index } = entry.unit
    let units = batches.get(batch)
    if (!units) batches.set(batch, (units = new Map<number, UnitEntry>()))
    units.set(index, entry)
    size += 1
    return entry
  }
  const peek = ({ batch, index }: UnitId): UnitEntry | undefined => batches.get(batch)?.get(index)
  return {
    peek,
    find(unit) {
      const known = peek(unit)
      if (known) return known
      const row = select.get(unit.batch, unit.index)
      return row && put(entryOf(ids, unit, row))
    },
    create: (unit) => put(newEntry(unit)),
    drop({ batch, index }) {
      if (batches.get(batch)?.delete(index) === true) size -= 1
    },
    get size() {
      return size
    },
    dirty() {
      const found: UnitEntry[] = []
      for (const units of batches.values())
        for (const entry of units.values()) if (entry.dirty) found.push(entry)
      return found.sort((a, b) => a.unit.batch - b.unit.batch || a.unit.index - b.unit.index)
    },
    rowOf({ unit, work, lottery, copies, granted }) {
      if (work.state === 'unsent') throw new Error('a unit that was never handed out has no row')
      const digest = work.state === 'verified' ? work.digest : undefined
      bytes.reset()
      for (const copy of copies) writeCopy(bytes, ids, copy, granted.includes(copy.donorKey), digest)
      const leased = copies.filter(({ standing }) => standing === 'leased').length
      return [unit.batch, unit.index, ...unitValues(work), lottery, leased, bytes.copy()]
    },
    written(entries) {
      for (const entry of entries) {
        entry.dirty = false
        entry.outputs = []
      }
      // Settled units first, then the oldest of the others.
      for (const units of batches.values())
        for (const [index, { dirty, work }] of units)
          if (!dirty && (work.state !== 'leased' || size > KEPT)) {
            units.delete(index)
            size -= 1
          }
    },
  }
}

export function entryOf(ids: DonorIds, unit: UnitId, row: UnitRowColumns): UnitEntry {
  const work = unitOf(row)
  const digest = work.state === 'verified' ? work.digest : undefined
  const copies: CopyRow[] = []
  const granted: DonorKey[] = []
  for (const from = new ByteReader(row.copies); !from.atEnd;) {
    const read = readCopy(from, ids, unit, digest)
    copies.push(read.copy)
    if (read.granted) granted.push(read.copy.donorKey)
  }
  return { ...newEntry(unit), work, lottery: row.lottery, copies, granted }
}
