import type { UnitId } from '../../../domain/ids.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { PublisherStore, VerifiedRow } from '../../ports.ts'

/** Where a verified unit is found again. `cursor`: that of its row among the verified ones. */
export type VerifiedPlace = Pick<VerifiedRow, 'cursor' | 'unit' | 'verifiedAt'>

type Settings = Pick<PublisherStore, 'setting' | 'setSetting'>
type Packed = readonly [cursor: number, batch: number, index: number, verifiedAt: UnixMs]

/** Units that wait at most: so many pages, each of which is looked at and written in one transaction. */
const PAGES = 64
const PAGE_UNITS = 256

const nameOf = (page: number): string => `results-held-${String(page)}`

/**
 * Verified units that are not published yet because a donor could still answer them, on disk. Writing belongs inside a
 * transaction.
 */
export class HeldFindings {
  private readonly store: Settings

  constructor(store: Settings) {
    this.store = store
  }

  /** The first page with units from this one on, round and round; undefined when nothing waits. */
  pageFrom(from: number): number | undefined {
    for (let i = 0; i < PAGES; i++) {
      const page = (from + i) % PAGES
      if (this.store.setting(nameOf(page))) return page
    }
    return undefined
  }

  page(page: number): readonly VerifiedPlace[] {
    return readPlaces(this.store, nameOf(page))
  }

  save(page: number, places: readonly VerifiedPlace[]): void {
    savePlaces(this.store, nameOf(page), places)
  }

  /** How many more may wait. */
  get room(): number {
    const pages = Array.from({ length: PAGES }, (_, page) => this.page(page))
    return pages.reduce((room, places) => room + Math.max(0, PAGE_UNITS - places.length), 0)
  }

  /** Those for which there is no room lengthen the last page. */
  add(places: readonly VerifiedPlace[]): void {
    let left = places
    for (let page = 0; page < PAGES && left.length > 0; page++) {
      const before = this.page(page)
      const room = page === PAGES - 1 ? Infinity : Math.max(0, PAGE_UNITS - before.length)
      if (room > 0) this.save(page, [...before, ...left.slice(0, room)])
      left = left.slice(room)
    }
  }
}

export function readPlaces(store: Settings, setting: string): readonly VerifiedPlace[] {
  const text = store.setting(setting)
  if (!text) return []
  return (JSON.parse(text) as Packed[]).map(([cursor, batch, index, verifiedAt]) => {
    const unit: UnitId = { batch, index }
    return { cursor, unit, verifiedAt }
  })
}

export function savePlaces(store: Settings, setting: string, places: readonly VerifiedPlace[]): void {
  const packed = places.map(({ cursor, unit, verifiedAt }): Packed => [
    cursor,
    unit.batch,
    unit.index,
    verifiedAt,
  ])
  store.setSetting(setting, packed.length === 0 ? '' : JSON.stringify(packed))
}
