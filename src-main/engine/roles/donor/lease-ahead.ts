import type { UnitId } from '../../../domain/ids.ts'
import { askAgainAt, calledDelayMs, type LastRequest } from '../../../domain/lease-request.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Fuel } from '../../../domain/units.ts'
import { unitsToLease } from '../../../domain/work-buffer.ts'
import type { ProjectConnection } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { DonorComponents } from './components.ts'
import { Pace } from './pace.ts'
import { Prefetch } from './prefetch.ts'
import type { UnitQueue } from './unit-queue.ts'

type Parts = Pick<DonorComponents, 'clock' | 'log' | 'randomWord'>

/**
 * Keeps a project's work buffer as long as the donor wants it: leases what is missing, gets modules onto the disk before
 * they are needed, and gives back what cannot be computed before its lease runs out.
 */
export class LeaseAhead {
  private readonly parts: Parts
  private readonly connection: ProjectConnection
  private readonly catalogue: Catalogue
  private readonly queue: UnitQueue
  private readonly pace = new Pace()
  private readonly prefetch: Prefetch
  private slots = 0
  /** What {@link slots} was when it computed last: a pause is expected to end. */
  private slotsAtWork = 1
  private bufferMs = 0
  private last: LastRequest | undefined
  /** The publisher has told of new work: when to ask for it. */
  private calledAt = Number.POSITIVE_INFINITY
  private gaveBackAt = Number.NEGATIVE_INFINITY

  constructor(parts: Parts, connection: ProjectConnection, catalogue: Catalogue, queue: UnitQueue) {
    this.parts = parts
    this.connection = connection
    this.catalogue = catalogue
    this.queue = queue
    this.prefetch = new Prefetch(connection, parts.log)
  }

  /** How many slots compute now, and for how long they are to have work at hand. Answers whether that is news. */
  aim(slots: number, bufferMs: number): boolean {
    if (slots === this.slots && bufferMs === this.bufferMs) return false
    this.slots = slots
    if (slots > 0) this.slotsAtWork = slots
    this.bufferMs = bufferMs
    return true
  }

  /** Slots that compute for the project now. */
  get slotCount(): number {
    return this.slots
  }

  /** A unit of this batch was computed. */
  learn(batch: number, fuel: Fuel, computedMs: number): void {
    this.pace.add(batch, fuel, computedMs)
  }

  /** How long a slot will need for a unit of this batch; undefined while nobody knows. */
  unitMs(batch: number): number | undefined {
    return this.pace.unitMs(batch)
  }

  /** There is new work: asking is worthwhile before {@link LastRequest.retryAfterMs} is over. */
  hurry(): void {
    if (!this.last) return
    const delayMs = calledDelayMs(this.last, this.random())
    this.calledAt = Math.min(this.calledAt, this.parts.clock.monotonicMs() + delayMs)
  }

  /** The publisher has taken results: what they were leased for counts no more for what this donor may hold. */
  acknowledged(): void {
    if (this.last) this.last = { ...this.last, acknowledged: true }
  }

  /** When {@link leaseMore} or {@link giveLateBack} is due, by the monotonic clock; Infinity when nothing is to be done. */
  get dueAt(): number {
    return Math.min(this.leaseDueAt, this.giveBackDueAt)
  }

  /** Units to ask for now; 0 when enough lie ready. */
  get wanted(): number {
    const { slots, bufferMs, queue } = this
    return unitsToLease({ slots, queued: queue.length, unitMs: this.pace.unitMs(), bufferMs })
  }

  /** Sends one request if units are wanted. Answers whether the next may bring more. Rejects as `lease`. */
  async leaseMore(): Promise<boolean> {
    if (this.parts.clock.monotonicMs() < this.leaseDueAt) return false
    const { slots, bufferMs, queue, wanted: asked } = this
    const fuelCapacity = this.pace.capacity(slots, bufferMs, queue.length)
    this.calledAt = Number.POSITIVE_INFINITY
    const answer = await this.connection.lease({ units: asked, fuelCapacity })
    // Units that are here already are told again when there is nothing new.
    const stillWanted = answer.units.filter((unit) => !this.catalogue.endings.has(unit))
    const added = queue.add(stillWanted, answer.expiresAt)
    this.prefetch.lookAhead(stillWanted, (unit) => this.catalogue.app(unit.batch))
    const inVain = added > 0 ? 0 : (this.last?.inVain ?? 0) + 1
    const { retryAfterMs } = answer
    const told = answer.units.length
    const spread = this.random()
    // From the answer on: a slow way to the publisher would use up the time for which it wants to be left alone.
    const answeredAt = this.parts.clock.monotonicMs()
    this.last = { at: answeredAt, asked, told, added, retryAfterMs, inVain, spread, acknowledged: false }
    return this.leaseDueAt <= answeredAt
  }

  /** From 0 up to 1. */
  private random(): number {
    return this.parts.randomWord() / 2 ** 32
  }

  private get leaseDueAt(): number {
    if (!this.catalogue.hasWork || this.wanted === 0) return Number.POSITIVE_INFINITY
    if (!this.last) return Number.NEGATIVE_INFINITY
    return Math.min(this.calledAt, askAgainAt(this.last, this.queue.length, this.slots))
  }

  private get giveBackDueAt(): number {
    if (this.pace.unitMs() === undefined || this.queue.length === 0) return Number.POSITIVE_INFINITY
    return this.gaveBackAt + LIMITS.giveBackEveryMs
  }

  /** After a long pause: what cannot be computed in time any more is better somewhere else. Rejects as `giveBack`. */
  async giveLateBack(): Promise<void> {
    const now = this.parts.clock.monotonicMs()
    if (now < this.giveBackDueAt) return
    this.gaveBackAt = now
    const unitMs = (unit: UnitId): number => this.pace.unitMs(unit.batch) ?? 0
    const late = this.queue.takeLate(this.parts.clock.now(), this.slotsAtWork, unitMs, LIMITS.leaseUnits)
    if (late.length === 0) return
    try {
      await this.connection.giveBack({ units: late })
    } catch (error) {
      this.queue.putBack(...late)
      throw error
    }
    for (const unit of late) this.queue.giveUp(unit)
  }
}
