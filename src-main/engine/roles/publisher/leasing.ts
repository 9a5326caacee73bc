import type { LeaseRequest } from '../../../contracts/wire/messages.ts'
import type { DonorKey, UnitId } from '../../../domain/ids.ts'
import { MIXING_UNITS, leaseSize, secondCopyChance } from '../../../domain/lease.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'
import { UNSENT, moveUnit, type WorkUnit } from '../../../domain/work-unit.ts'
import type { CopyRow, RemoteDonor } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { Checks, Drawn } from './checks.ts'
import type { PublisherComponents } from './components.ts'
import type { UnitEndings } from './endings.ts'
import type { FuelMeans } from './fuel-means.ts'
import { Lots } from './lots.ts'
import type { Holder, Pairs } from './pairs.ts'
import type { Trusting } from './trusting.ts'

/** Units that one search through the waiting ones looks at. */
const SCAN_UNITS = 1024
const OVERDUE_UNITS = 256
/** Units whose lots are looked at for one lease: about half a millisecond. */
const LOTS_UNITS = 256
/** Counting the waiting units takes longer than a lease; a chance needs no exact number. */
const COUNT_EVERY_MS = 100
const WORDS = 2 ** 32
/** Donors whose place in a fruitless search is remembered. */
const PLACES_MAX = 10_000

/** What a donor is told, and where its next search begins: for {@link Leasing.remember} after the commit. */
export interface Leased {
  readonly units: readonly UnitId[]
  /** When the first of them runs out. */
  readonly expiresAt: UnixMs
  /** Whether they are handed out now; false when they were before and are only told again. */
  readonly handedOut: boolean
  readonly place: number | undefined
  /** A batch's reserve was released: its record is to be published. */
  readonly released: boolean
}

export interface LeasingInit {
  readonly parts: PublisherComponents
  readonly catalogue: Catalogue
  readonly trusting: Trusting
  readonly pairs: Pairs
  readonly checks: Checks
  readonly unitEndings: UnitEndings
  readonly fuelMeans: FuelMeans
}

/** One donor's request as it is being answered. */
interface Draw {
  readonly holder: Holder
  readonly now: UnixMs
  place: number | undefined
  released: boolean
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
  private readonly trusting: Trusting
  private readonly pairs: Pairs
  private readonly checks: Checks
  private readonly unitEndings: UnitEndings
  private readonly fuelMeans: FuelMeans
  private readonly lots: Lots
  /** Where a donor's search goes on when the last one met only units that it has had. */
  private readonly places = new Map<DonorKey, number>()

  private readonly openedAt: number
  private counted: { readonly at: number; readonly units: number } | undefined

  constructor(init: LeasingInit) {
    this.parts = init.parts
    this.catalogue = init.catalogue
    this.trusting = init.trusting
    this.pairs = init.pairs
    this.checks = init.checks
    this.unitEndings = init.unitEndings
    this.fuelMeans = init.fuelMeans
    this.lots = new Lots(init.parts)
    this.openedAt = init.parts.clock.monotonicMs()
  }

  /** `donors`: how many are connected; with many, pairs are mixed more. */
  lease(holder: RemoteDonor, request: LeaseRequest, donors: number): Leased {
    const { store } = this.parts
    const { donorKey } = holder
    const draw = this.begin(holder)
    this.lapseEnded(donorKey)
    const size = leaseSize({
      requested: request.units,
      held: store.donor(donorKey).leased,
      proven: store.trust(donorKey).proven,
      heldNear: this.pairs.heldNear(holder),
      fuelCapacity: request.fuelCapacity,
      fuelPerSecond: this.fuelMeans.perSecond(donorKey),
      fuelPerUnit: this.fuelMeans.overall(),
    })
    const chance = secondCopyChance(this.waiting(), donors)
    let seconds = 0
    for (let i = 0; i < size; i++) if (this.parts.randomWord() < chance * WORDS) seconds += 1
    const units = this.handOutSuitable(this.checks.disputed(donorKey, Math.ceil(size / 2)), draw)
    units.push(...this.handOutSuitable(this.checks.known(donorKey, size - units.length), draw))
    units.push(...this.drawSelfAssigned(draw, Math.ceil((size - units.length) / 2), donors))
    units.push(...this.drawWaiting(draw, seconds - units.length))
    units.push(...this.drawFresh(draw, size - units.length))
    units.push(...this.drawWaiting(draw, size - units.length))
    if (units.length === 0) {
      // Nothing else is left to do: the last results that rest on trust need not wait for more of their kind.
      this.trusting.closeWindows(draw.now + 1)
      return this.heldBy(holder, draw)
    }
    const { place, released } = draw
    return { units, expiresAt: draw.now + LIMITS.leaseMs, handedOut: true, place, released }
  }

  /** One unit that has a vote and wants another, for the publisher's own verify cores. */
  leaseForVerification(donorKey: DonorKey): Pick<Leased, 'place'> & { readonly unit: UnitId | undefined } {
    const draw = this.begin({ donorKey })
    const [unit] = this.drawWaiting(draw, 1, true)
    return { unit, place: draw.place }
  }

  /** Call it when the lease is on disk: a transaction may be repeated, what is in memory must not change with it. */
  remember(donorKey: DonorKey, { place, units = [] }: Pick<Leased, 'place'> & Partial<Leased>): void {
    this.pairs.handedOut(donorKey, units.length)
    this.places.delete(donorKey)
    if (place !== undefined && this.places.size < PLACES_MAX) this.places.set(donorKey, place)
  }

  /** Gives up copies that this donor holds: nobody will compute them. */
  lapseAll(donorKey: DonorKey): void {
    for (const copy of this.parts.store.leasedTo(donorKey)) this.lapse(copy)
  }

  /**
   * A machine will not compute these: others may have them now. But not what was leased just now: who might change
   * units as often as he likes could wait until those come that his accomplice has.
   */
  giveBack({ donorKey, deviceKey }: RemoteDonor, units: readonly UnitId[]): void {
    const latest = this.parts.clock.now() + LIMITS.leaseMs - LIMITS.giveBackAfterMs
    for (const unit of units) {
      const copy = this.parts.store.copy(unit, donorKey)
      const isHeld = copy?.standing === 'leased' && copy.deviceKey === deviceKey
      if (isHeld && copy.expiresAt <= latest) this.lapse(copy)
    }
  }

  lapse(copy: CopyRow): void {
    const { store } = this.parts
    const work = store.unit(copy.unit)
    store.saveCopy(copy, { ...copy, standing: 'lapsed' })
    store.saveUnit(copy.unit, work, moveUnit(work, { kind: 'lapsed', held: true }), 0)
  }

  private begin(holder: Holder): Draw {
    const now = this.parts.clock.now()
    this.pairs.met(holder)
    // Donors that computed while the publisher was away have to get through first.
    if (this.parts.clock.monotonicMs() - this.openedAt >= LIMITS.returnMs) this.lapseOverdue(now)
    return { holder, now, place: this.places.get(holder.donorKey), released: false }
  }

  /** Copies of units that were decided meanwhile are given up instead: nobody needs them. */
  private heldBy({ donorKey, deviceKey }: RemoteDonor, { now, place, released }: Draw): Leased {
    const { store } = this.parts
    const held: CopyRow[] = []
    for (const copy of store.leasedToDevice(donorKey, deviceKey, LIMITS.leaseUnits))
      if (store.unit(copy.unit).state === 'leased' || this.isKnown(copy.unit)) held.push(copy)
      else this.lapse(copy)
    const expiresAt = held[0]?.expiresAt ?? now + LIMITS.leaseMs
    return { units: held.map(({ unit }) => unit), expiresAt, handedOut: false, place, released }
  }

  private isKnown({ batch, index }: UnitId): boolean {
    return this.catalogue.known(batch)?.has(index) === true
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
    for (const { batch } of this.catalogue.queue) {
      const known = this.catalogue.known(batch)
      while (units.length < limit) {
        const fresh = this.takeFresh(batch, limit - units.length, draw)
        for (const unit of fresh) {
          if (known?.has(unit.index) === true) continue
          if (this.handOut({ unit, work: UNSENT, lapsed: false }, draw)) units.push(unit)
        }
        if (fresh.length === 0) break
      }
    }
    return units
  }

  /** When a batch has nothing else to hand out its reserve goes the same way, or the batch would never end. */
  private takeFresh(batch: number, limit: number, draw: Draw): readonly UnitId[] {
    const { store } = this.parts
    const live = store.takeFresh(batch, limit)
    if (live.length > 0) return live
    const reserve = store.takeFresh(batch, limit, { reserve: true })
    if (reserve.length > 0 && this.catalogue.plan(batch).reserve?.isReleased === false) draw.released = true
    return reserve
  }

  /**
   * Units that donors took from the reserve while the publisher was away go before others that wait, to established donors
   * that have the lot for them. To all others they are units that wait like any: however often somebody asks, he does not
   * come nearer to the one that his accomplice has answered than to one that the accomplice was handed.
   */
  private drawSelfAssigned(draw: Draw, limit: number, donors: number): UnitId[] {
    const { donorKey } = draw.holder
    if (limit <= 0 || !this.trusting.isChecker(donorKey)) return []
    const { store } = this.parts
    const search = { donorKey, scan: SCAN_UNITS, limit: LOTS_UNITS, votedOnly: true, selfAssignedOnly: true }
    const from = this.parts.randomWord()
    const { found } = store.wanting({ ...search, from })
    const some = found.length > 0 ? found : store.wanting({ ...search, from: 0 }).found
    const drawn = some.filter(({ unit }) => this.lots.has(donorKey, unit, donors))
    return this.handOutSuitable(drawn.slice(0, limit), draw)
  }

  private drawWaiting(draw: Draw, limit: number, votedOnly = false): UnitId[] {
    if (limit <= 0) return []
    const { store } = this.parts
    const from = draw.place ?? this.parts.randomWord()
    const search = { donorKey: draw.holder.donorKey, scan: SCAN_UNITS, votedOnly }
    const first = store.wanting({ ...search, from, limit })
    const units = this.handOutSuitable(first.found, draw)
    let { next } = first
    if (next === undefined && units.length < limit && from > 0) {
      const rest = store.wanting({ ...search, from: 0, limit: limit - units.length })
      units.push(...this.handOutSuitable(rest.found, draw))
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

  private handOutSuitable(found: readonly Drawn[], draw: Draw): UnitId[] {
    return found
      .filter(({ unit, work }) => this.pairs.mayHave(draw.holder, unit, work))
      .filter((row) => this.handOut(row, draw))
      .map(({ unit }) => unit)
  }

  /** False for a unit that was taken back: it ends instead. */
  private handOut({ unit, work, lapsed }: Drawn, { holder, now }: Draw): boolean {
    const { store } = this.parts
    if (this.catalogue.endings.has(unit)) {
      this.unitEndings.end(unit, work, this.parts.randomWord())
      return false
    }
    const { donorKey } = holder
    // Where donors are trusted, the first result says whether another one is wanted.
    const quorum = this.catalogue.trust(unit.batch) ? 1 : (this.catalogue.batch(unit.batch)?.quorum ?? 1)
    const after: WorkUnit = moveUnit(work, { kind: 'leased', quorum })
    store.saveUnit(unit, work, after, this.parts.randomWord())
    const before = lapsed ? store.copy(unit, donorKey) : undefined
    const { deviceKey } = holder
    const device = deviceKey === undefined ? {} : { deviceKey }
    store.saveCopy(before, { unit, donorKey, ...device, standing: 'leased', expiresAt: now + LIMITS.leaseMs })
    return true
  }
}
