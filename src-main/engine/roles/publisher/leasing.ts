import type { LeaseRequest } from '../../../contracts/wire/messages.ts'
import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { MIXING_UNITS, leaseSize, secondCopyChance } from '../../../domain/lease.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'
import { UNSENT, moveUnit, type WorkUnit } from '../../../domain/work-unit.ts'
import type { CopyRow, RemoteDonor } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'
import { endUnit } from './endings.ts'
import type { FuelMeans } from './fuel-means.ts'

/** Units that one search through the waiting ones looks at. */
const SCAN_UNITS = 1024
const OVERDUE_UNITS = 256
/** Counting the waiting units takes longer than a lease; a chance needs no exact number. */
const COUNT_EVERY_MS = 100
const WORDS = 2 ** 32
/** Donors whose place in a fruitless search is remembered. */
const PLACES_MAX = 10_000

/** Who is handed units. The publisher's own slots have no device key. */
type Holder = Pick<RemoteDonor, 'donorKey'> & Partial<RemoteDonor>

/** What a donor is told, and where its next search begins: for {@link Leasing.remember} after the commit. */
export interface Leased {
  readonly units: readonly UnitId[]
  /** When the first of them runs out. */
  readonly expiresAt: UnixMs
  /** Whether they are handed out now; false when they were before and are only told again. */
  readonly handedOut: boolean
  readonly place: number | undefined
}

/** One donor's request as it is being answered. */
interface Draw {
  readonly holder: Holder
  readonly now: UnixMs
  place: number | undefined
}

interface Drawn {
  readonly unit: UnitId
  readonly work: WorkUnit
  /** The donor had a copy of it before. */
  readonly lapsed: boolean
}

/**
 * Hands copies of units to donors. Every call but {@link remember} belongs inside a transaction.
 *
 * An answer may be lost on the way, and a donor may lose its database: then it does not know of copies that stand
 * leased to it, and without them it may not be due any more. So when there is nothing new for a machine, it is told
 * again what is leased to it; a donor ignores units that it has. Only the machine that a copy was leased to is told:
 * another one of the same donor would compute the unit a second time. Such copies keep their expiry, or a donor could
 * hold units back for ever.
 */
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
  lease(holder: RemoteDonor, request: LeaseRequest, donors: number): Leased {
    const { store } = this.parts
    const { donorKey } = holder
    const draw = this.begin(holder)
    this.lapseEnded(donorKey)
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
    const units = this.drawWaiting(draw, seconds)
    units.push(...this.drawFresh(draw, size - units.length))
    units.push(...this.drawWaiting(draw, size - units.length))
    if (units.length === 0) return this.heldBy(holder, draw)
    return { units, expiresAt: draw.now + LIMITS.leaseMs, handedOut: true, place: draw.place }
  }

  /** One unit that has a vote and wants another, for the publisher's own verify cores. */
  leaseForVerification(donorKey: DonorKey): Pick<Leased, 'place'> & { readonly unit: UnitId | undefined } {
    const draw = this.begin({ donorKey })
    const [unit] = this.drawWaiting(draw, 1, true)
    return { unit, place: draw.place }
  }

  /** Call it when the lease is on disk: a transaction may be repeated, what is in memory must not change with it. */
  remember(donorKey: DonorKey, { place }: Pick<Leased, 'place'>): void {
    this.places.delete(donorKey)
    if (place !== undefined && this.places.size < PLACES_MAX) this.places.set(donorKey, place)
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

  private begin(holder: Holder): Draw {
    const now = this.parts.clock.now()
    this.lapseOverdue(now)
    return { holder, now, place: this.places.get(holder.donorKey) }
  }

  /** Copies of units that were decided meanwhile are given up instead: nobody needs them. */
  private heldBy({ donorKey, deviceKey }: RemoteDonor, { now, place }: Draw): Leased {
    const { store } = this.parts
    const held: CopyRow[] = []
    for (const copy of store.leasedToDevice(donorKey, deviceKey, LIMITS.leaseUnits))
      if (store.unit(copy.unit).state === 'leased') held.push(copy)
      else this.lapse(copy)
    const expiresAt = held[0]?.expiresAt ?? now + LIMITS.leaseMs
    return { units: held.map(({ unit }) => unit), expiresAt, handedOut: false, place }
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

  private drawFresh(draw: Draw, limit: number): UnitId[] {
    const units: UnitId[] = []
    for (const { batch } of this.catalogue.queue)
      while (units.length < limit) {
        const fresh = this.parts.store.takeFresh(batch, limit - units.length)
        for (const unit of fresh)
          if (this.handOut({ unit, work: UNSENT, lapsed: false }, draw)) units.push(unit)
        if (fresh.length === 0) break
      }
    return units
  }

  private drawWaiting(draw: Draw, limit: number, votedOnly = false): UnitId[] {
    if (limit <= 0) return []
    const { store } = this.parts
    const from = draw.place ?? this.parts.randomWord()
    const search = { donorKey: draw.holder.donorKey, scan: SCAN_UNITS, votedOnly }
    const first = store.wanting({ ...search, from, limit })
    const units = first.found.filter((row) => this.handOut(row, draw)).map((row) => row.unit)
    let { next } = first
    if (next === undefined && units.length < limit && from > 0) {
      const rest = store.wanting({ ...search, from: 0, limit: limit - units.length })
      units.push(...rest.found.filter((row) => this.handOut(row, draw)).map((row) => row.unit))
      next = rest.next
    }
    draw.place = units.length === 0 ? next : undefined
    return units
  }

  /** Gives up what this donor holds of units that were taken back: it may have others instead. */
  private lapseEnded(donorKey: DonorKey): void {
    const { endings } = this.catalogue
    if (!endings.some) return
    for (const copy of this.parts.store.leasedTo(donorKey)) if (endings.has(copy.unit)) this.lapse(copy)
  }

  /** False for a unit that was taken back: it ends instead. */
  private handOut({ unit, work, lapsed }: Drawn, { holder, now }: Draw): boolean {
    const { store } = this.parts
    if (this.catalogue.endings.has(unit)) {
      endUnit(this.parts, unit, work, this.parts.randomWord())
      return false
    }
    const { donorKey } = holder
    const quorum = this.catalogue.batch(unit.batch)?.quorum ?? 1
    const after: WorkUnit = moveUnit(work, { kind: 'leased', quorum })
    store.saveUnit(unit, work, after, this.parts.randomWord())
    const before = lapsed ? store.copy(unit, donorKey) : undefined
    store.saveCopy(before, { unit, ...holder, standing: 'leased', expiresAt: now + LIMITS.leaseMs })
    return true
  }
}
