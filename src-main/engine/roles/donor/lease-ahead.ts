import type { UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Fuel } from '../../../domain/units.ts'
import { unitsToLease } from '../../../domain/work-buffer.ts'
import type { ProjectConnection } from '../../ports.ts'
import type { Catalogue } from './catalogue.ts'
import type { DonorComponents } from './components.ts'
import { Pace } from './pace.ts'
import { Prefetch } from './prefetch.ts'
import type { UnitQueue } from './unit-queue.ts'

/** There was nothing to lease, and every slot has its next unit and the one after. */
const ASK_AT_EASE_MS = 10_000

/**
 * Keeps a project's work buffer as long as the donor wants it: leases what is missing, gets modules onto the disk before
 * they are needed, and gives back what cannot be computed before its lease runs out.
 */
export class LeaseAhead {
  private readonly parts: Pick<DonorComponents, 'clock' | 'log'>
  private readonly connection: ProjectConnection
  private readonly catalogue: Catalogue
  private readonly queue: UnitQueue
  private readonly pace = new Pace()
  private readonly prefetch: Prefetch
  private slots = 0
  /** What {@link slots} was when it computed last: a pause is expected to end. */
  private slotsAtWork = 1
  private bufferMs = 0
  /** When there was nothing to lease, and how long the publisher wants to be left alone then. */
  private inVain: { readonly at: number; readonly retryAfterMs: number } | undefined
  private gaveBackAt = Number.NEGATIVE_INFINITY

  constructor(
    parts: Pick<DonorComponents, 'clock' | 'log'>,
    connection: ProjectConnection,
    catalogue: Catalogue,
    queue: UnitQueue,
  ) {
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

  /** There is new work: asking is worthwhile at once. */
  hurry(): void {
    this.inVain = undefined
  }

  /** Units to ask for now; 0 when enough lie ready. */
  get wanted(): number {
    const { slots, bufferMs, queue } = this
    return unitsToLease({ slots, queued: queue.length, unitMs: this.pace.unitMs(), bufferMs })
  }

  /** Sends one request if units are wanted. Answers whether the next may bring more. Rejects as `lease`. */
  async leaseMore(): Promise<boolean> {
    const now = this.parts.clock.monotonicMs()
    if (!this.catalogue.hasWork || now < this.askAgainAt) return false
    const units = this.wanted
    if (units === 0) return false
    const { slots, bufferMs, queue } = this
    const fuelCapacity = this.pace.capacity(slots, bufferMs, queue.length)
    const answer = await this.connection.lease({ units, fuelCapacity })
    // Units that are here already are told again when there is nothing new.
    const stillWanted = answer.units.filter((unit) => !this.catalogue.endings.has(unit))
    const added = queue.add(stillWanted, answer.expiresAt)
    this.prefetch.lookAhead(stillWanted, (unit) => this.catalogue.app(unit.batch))
    if (added > 0) return this.wanted > 0
    this.inVain = { at: now, retryAfterMs: answer.retryAfterMs }
    return false
  }

  /** By the monotonic clock. Looked at anew each time: small units are computed sooner than one who is at ease asks. */
  private get askAgainAt(): number {
    if (this.inVain === undefined) return 0
    const { at, retryAfterMs } = this.inVain
    return at + Math.max(retryAfterMs, this.queue.length > 2 * this.slots ? ASK_AT_EASE_MS : 1_000)
  }

  /** After a long pause: what cannot be computed in time any more is better somewhere else. Rejects as `giveBack`. */
  async giveLateBack(): Promise<void> {
    const now = this.parts.clock.monotonicMs()
    if (this.pace.unitMs() === undefined || now - this.gaveBackAt < LIMITS.giveBackEveryMs) return
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
