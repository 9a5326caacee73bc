import type { LeaseRequest } from '../../../contracts/wire/messages.ts'
import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { MIXING_UNITS, leaseSize, secondCopyChance } from '../../../domain/lease.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'
import { UNSENT, moveUnit, type WorkUnit } from '../../../domain/work-unit.ts'
import type { CopyRow } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import type { FuelMeans } from './fuel-means.ts'

/** Units that one search through the waiting ones looks at. */
const SCAN_UNITS = 1024
const OVERDUE_UNITS = 256
/** Counting the waiting units takes longer than a lease; a chance needs no exact number. */
const COUNT_EVERY_MS = 100
const WORDS = 2 ** 32
/** Donors whose place in a fruitless search is remembered. */
const PLACES_MAX = 10_000

interface Drawn {
  readonly unit: UnitId
  readonly work: WorkUnit
  /** The donor had a copy of it before. */
  readonly lapsed: boolean
}

/** Hands copies of units to donors. Every call belongs inside a transaction. */
export class Leasing {
  private readonly parts: PublisherComponents
  private readonly catalogue: Catalogue
  private readonly fuelMeans: FuelMeans
  /** Where a donor's search goes on when the last one met only units that it has had. */
  private readonly places = new Map<DonorKey, number>()

  private counted: { readonly at: number; readonly units: number } | undefined

  constructor(parts: PublisherComponents, catalogue: Catalogue, fuelMeans: FuelMeans) {
    this.parts = parts
    this.catalogue = catalogue
    this.fuelMeans = fuelMeans
  }

  /** `donors`: how many are connected; with many, pairs are mixed more. */
  lease(donorKey: DonorKey, request: LeaseRequest, donors: number): readonly UnitId[] {
    const { store, clock } = this.parts
    const now = clock.now()
    this.lapseOverdue(now)
    const { leased, verified, rejected } = store.donor(donorKey)
    const size = leaseSize({
      requested: request.units,
      held: leased,
      verified,
      rejected,
      fuelCapacity: request.fuelCapacity,
      fuelPerUnit: this.fuelMeans.overall(),
    })
    const chance = secondCopyChance(this.waiting(), donors)
    let seconds = 0
    for (let i = 0; i < size; i++) if (this.parts.randomWord() < chance * WORDS) seconds += 1
    const units = this.drawWaiting(donorKey, seconds, now)
    units.push(...this.drawFresh(donorKey, size - units.length, now))
    units.push(...this.drawWaiting(donorKey, size - units.length, now))
    return units
  }

  /** One unit that has a vote and wants another, for the publisher's own verify cores. */
  leaseForVerification(donorKey: DonorKey): UnitId | undefined {
    const now = this.parts.clock.now()
    this.lapseOverdue(now)
    return this.drawWaiting(donorKey, 1, now, true)[0]
  }

  /** Gives up copies that this donor holds: nobody will compute them. */
  lapseAll(donorKey: DonorKey): void {
    for (const copy of this.parts.store.leasedTo(donorKey)) this.lapse(copy)
  }

  lapse(copy: CopyRow): void {
    const { store } = this.parts
    const work = store.unit(copy.unit)
    store.saveCopy(copy, { ...copy, standing: 'lapsed' })
    store.saveUnit(copy.unit, work, moveUnit(work, { kind: 'lapsed', held: true }), 0)
  }

  private waiting(): number {
    const at = this.parts.clock.monotonicMs()
    if (this.counted === undefined || at - this.counted.at >= COUNT_EVERY_MS)
      this.counted = { at, units: this.parts.store.waiting(MIXING_UNITS) }
    return this.counted.units
  }

  private lapseOverdue(now: UnixMs): void {
    for (const copy of this.parts.store.overdue(now, OVERDUE_UNITS)) this.lapse(copy)
  }

  private drawFresh(donorKey: DonorKey, limit: number, now: UnixMs): UnitId[] {
    const units: UnitId[] = []
    for (const { batch } of this.catalogue.batches) {
      if (units.length >= limit) break
      for (const unit of this.parts.store.takeFresh(batch, limit - units.length)) {
        this.handOut({ unit, work: UNSENT, lapsed: false }, donorKey, now)
        units.push(unit)
      }
    }
    return units
  }

  private drawWaiting(donorKey: DonorKey, limit: number, now: UnixMs, votedOnly = false): UnitId[] {
    if (limit <= 0) return []
    const { store } = this.parts
    const from = this.places.get(donorKey) ?? this.parts.randomWord()
    const search = { donorKey, scan: SCAN_UNITS, votedOnly }
    const first = store.wanting({ ...search, from, limit })
    for (const row of first.found) this.handOut(row, donorKey, now)
    const units = first.found.map((row) => row.unit)
    let { next } = first
    if (next === undefined && units.length < limit && from > 0) {
      const rest = store.wanting({ ...search, from: 0, limit: limit - units.length })
      for (const row of rest.found) this.handOut(row, donorKey, now)
      units.push(...rest.found.map((row) => row.unit))
      next = rest.next
    }
    this.places.delete(donorKey)
    if (units.length === 0 && next !== undefined && this.places.size < PLACES_MAX)
      this.places.set(donorKey, next)
    return units
  }

  private handOut({ unit, work, lapsed }: Drawn, donorKey: DonorKey, now: UnixMs): void {
    const { store } = this.parts
    const quorum = this.catalogue.batch(unit.batch)?.quorum ?? 1
    const after: WorkUnit = moveUnit(work, { kind: 'leased', quorum })
    store.saveUnit(unit, work, after, this.parts.randomWord())
    const before = lapsed ? store.copy(unit, donorKey) : undefined
    store.saveCopy(before, { unit, donorKey, standing: 'leased', expiresAt: now + LIMITS.leaseMs })
  }
}
