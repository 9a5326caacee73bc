import type Database from 'better-sqlite3'
import type { UnitId } from '../../../../../domain/ids.ts'
import { ByteReader } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import { NOTHING_YET, isSettled, type UnitEntry, type UnitState } from './unit-entry.ts'
import { readImage } from './unit-image.ts'

/** Units that stay in memory after their rows were written, the latest ones: they are likely to move again. */
const KEPT = 32_768

/** Units in memory, and the reading of rows into it. */
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
  /** The rows of these units were written: forgets most units. */
  written(entries: readonly UnitEntry[]): void
}

export function unitTable(db: Database.Database, ids: DonorIds): UnitTable {
  const select = db
    .prepare<[number, number], Buffer>('SELECT image FROM units WHERE batch = ? AND idx = ?')
    .pluck()
  const batches = new Map<number, Map<number, UnitEntry>>()
  let size = 0
  /** What is done to a unit asks for it a dozen times in a row. */
  let latest: UnitEntry | undefined
  const peek = ({ batch, index }: UnitId): UnitEntry | undefined => {
    if (latest?.unit.index === index && latest.unit.batch === batch) return latest
    const found = batches.get(batch)?.get(index)
    if (found) latest = found
    return found
  }
  const put = ({ batch, index }: UnitId, state: UnitState): UnitEntry => {
    let units = batches.get(batch)
    if (!units) batches.set(batch, (units = new Map<number, UnitEntry>()))
    const entry = { unit: { batch, index }, state, before: undefined, listed: state, dirty: false }
    units.set(index, entry)
    latest = entry
    size += 1
    return entry
  }
  return {
    peek,
    find(unit) {
      const known = peek(unit)
      if (known) return known
      const image = select.get(unit.batch, unit.index)
      return image && put(unit, readImage(new ByteReader(image), ids, unit))
    },
    create: (unit) => put(unit, NOTHING_YET),
    drop({ batch, index }) {
      latest = undefined
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
    written(entries) {
      latest = undefined
      for (const entry of entries) entry.dirty = false
      // Settled units first, then the oldest of the others.
      for (const units of batches.values())
        for (const [index, { dirty, state }] of units)
          if (!dirty && (isSettled(state) || size > KEPT)) {
            units.delete(index)
            size -= 1
          }
    },
  }
}
