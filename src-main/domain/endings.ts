import { unitText, type UnitId } from './ids.ts'
import type { Cancellation, Closing } from './project.ts'

/** What a publisher took back: batches, units, or the whole project. Nothing of it begins again. */
export class Endings {
  private readonly batches = new Set<number>()
  private readonly units = new Set<string>()
  private end: Closing | undefined

  add(record: Cancellation | Closing): void {
    if (record.type === 'close') this.end ??= record
    else if (record.indexes.length === 0) this.batches.add(record.batch)
    else for (const index of record.indexes) this.units.add(unitText({ batch: record.batch, index }))
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
    return this.hasBatch(unit.batch) || this.units.has(unitText(unit))
  }
}
