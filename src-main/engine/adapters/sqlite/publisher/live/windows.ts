import type Database from 'better-sqlite3'
import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { OnTrust, UnitState } from './unit-entry.ts'

/** A unit in a window. */
export interface WindowUnit extends UnitId {
  readonly drawn: boolean
}

/**
 * The units that rest on each donor's word, by its windows; those of released windows, too. They follow the units; in
 * their table they stand as of the last fold.
 */
export interface Windows {
  moved(unit: UnitId, before: UnitState, after: UnitState): void
  of(donorKey: DonorKey, window: number): readonly WindowUnit[]
  /** Numbers of windows before this one, in order. There may be nothing left in some. */
  before(donorKey: DonorKey, window: number, limit: number): readonly number[]
  /** Writes what changed. Part of the fold's transaction. */
  write(): void
  /** That transaction was committed. */
  written(): void
}

interface Window {
  readonly units: WindowUnit[]
  dirty: boolean
}

/** Windows that stay in memory after they were written: donors are likely to fill them further. */
const KEPT = 4096

export function windows(db: Database.Database, ids: DonorIds): Windows {
  const select = db
    .prepare<[number, number], Buffer>('SELECT units FROM trust_windows WHERE donor = ? AND window = ?')
    .pluck()
  const earlier = db
    .prepare<[number, number, number], number>(
      'SELECT window FROM trust_windows WHERE donor = ? AND window < ? ORDER BY window LIMIT ?',
    )
    .pluck()
  const replace = db.prepare('INSERT OR REPLACE INTO trust_windows VALUES (?, ?, ?)')
  const remove = db.prepare('DELETE FROM trust_windows WHERE donor = ? AND window = ?')
  const donors = new Map<DonorKey, Map<number, Window>>()
  let size = 0

  const find = (donorKey: DonorKey, number: number): Window => {
    let own = donors.get(donorKey)
    if (!own) donors.set(donorKey, (own = new Map<number, Window>()))
    const known = own.get(number)
    if (known) return known
    const id = ids.find(donorKey)
    const stored = id === undefined ? undefined : select.get(id, number)
    const window = { units: stored ? unpackWindow(stored) : [], dirty: false }
    own.set(number, window)
    size += 1
    return window
  }
  const add = ({ batch, index }: UnitId, { donorKey, window: number, drawn }: OnTrust): void => {
    const window = find(donorKey, number)
    window.units.push({ batch, index, drawn })
    window.dirty = true
  }
  const drop = ({ batch, index }: UnitId, { donorKey, window: number }: OnTrust): void => {
    const window = find(donorKey, number)
    const place = window.units.findIndex((unit) => unit.index === index && unit.batch === batch)
    if (place !== -1) window.units.splice(place, 1)
    window.dirty = true
  }
  return {
    moved(unit, { onTrust: before }, { onTrust: after }) {
      if (before === after) return
      if (before) drop(unit, before)
      if (after) add(unit, after)
    },
    of: (donorKey, window) => find(donorKey, window).units,
    before(donorKey, window, limit) {
      const own = donors.get(donorKey) ?? new Map<number, Window>()
      const inMemory = [...own.keys()].filter((number) => number < window)
      const id = ids.find(donorKey)
      // Of those in the table the ones in memory may be empty by now.
      const stored = id === undefined ? [] : earlier.all(id, window, limit + inMemory.length)
      return [...new Set([...inMemory, ...stored])].sort((a, b) => a - b)
    },
    write() {
      for (const [donorKey, own] of donors)
        for (const [number, { units, dirty }] of own) {
          if (!dirty) continue
          const id = ids.ensure(donorKey)
          if (units.length > 0) replace.run(id, number, packWindow(units))
          else remove.run(id, number)
        }
    },
    written() {
      if (size > KEPT) donors.clear()
      size = 0
      for (const [donorKey, own] of donors) {
        for (const [number, window] of own) {
          window.dirty = false
          if (window.units.length === 0) own.delete(number)
        }
        size += own.size
        if (own.size === 0) donors.delete(donorKey)
      }
    },
  }
}

/** For each unit its batch, its index, and whether it was drawn. */
function packWindow(units: readonly WindowUnit[]): Buffer {
  const bytes = new ByteWriter()
  for (const { batch, index, drawn } of units)
    for (const number of [batch, index, Number(drawn)]) bytes.number(number)
  return bytes.copy()
}

function unpackWindow(bytes: Buffer): WindowUnit[] {
  const units: WindowUnit[] = []
  for (const from = new ByteReader(bytes); !from.atEnd;)
    units.push({ batch: from.number(), index: from.number(), drawn: from.number() === 1 })
  return units
}
