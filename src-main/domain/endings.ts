import type { UnitId } from './ids.ts'
import type { Cancellation, Closing } from './project.ts'

/** What a publisher took back: batches, units, or the whole project. Nothing of it begins again. */
export class Endings {
  private readonly batches = new Set<number>()
  private readonly units = new Map<number, Set<number>>()
  private end: Closing | undefined

  add(record: Cancellation | Closing): void {
    if (record.type === 'close') this.end ??= record
    else if (record.indexes.length === 0) this.batches.add(record.batch)
    else {
      const indexes = this.units.get(record.batch) ?? new Set()
      this.units.set(record.batch, indexes)
      for (const index of record.indexes) indexes.add(index)
    }
  }

  /** Anything at all was taken back. */
  get some(): boolean {
    return this.closed || this.batches.size > 0 || this.units.size > 0
  }
  get closed(): boolean {
    return this.end !== undefined
  }

  hasBatch(batch: number): boolean {
    return this.closed || this.batches.has(batch)
  }

  has(unit: UnitId): boolean {
    return this.hasBatch(unit.batch) || this.units.get(unit.batch)?.has(unit.index) === true
  }

  /** Units of a batch that were taken back by themselves, in no order. */
  unitsOf(batch: number): Iterable<number> {
    return this.units.get(batch) ?? []
  }
}
