import type { Standing } from '../../../src-main/contracts/wire/messages.ts'
import type { DonorKey, UnitId } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import type { PublisherLink } from '../../../src-main/engine/adapters/hyper/publisher-link.ts'
import { isLate, isWrong, resultOf, type Misbehaviour } from './work.ts'

export interface LoadInit extends Misbehaviour {
  /** Units of a lease and results of a submit. */
  readonly batch: number
  /** Requests of one donor under way at once. */
  readonly lanes: number
  /** How long a late result is held back. */
  readonly lateMs: number
}

/** What a donor was told of its results. */
export interface Acknowledged {
  readonly donorKey: DonorKey
  /** Tells donors apart in `work.ts`. */
  readonly donor: number
  /** Indexes of units by standing, in the order of the answers. */
  readonly units: Readonly<Partial<Record<Standing, Uint32Array>>>
}

/** Wait when the publisher has nothing for this donor: its own results under way may change that soon. */
const NOTHING_MS = 20

interface Held {
  readonly unit: UnitId
  readonly dueMs: number
}

/**
 * A donor that speaks the protocol and does nothing else: leases, makes results up and submits them, over and over.
 * It keeps nothing on disk and leaves the ledger alone.
 */
export class SlimDonor {
  readonly donorKey: DonorKey
  readonly donor: number
  private readonly link: PublisherLink
  private readonly leased = new Set<number>()
  private readonly told = new Map<Standing, number[]>()
  private late: Held[] = []
  private stopped = false
  private lanes: Promise<void>[] = []

  constructor(link: PublisherLink, donorKey: DonorKey, donor: number) {
    this.link = link
    this.donorKey = donorKey
    this.donor = donor
  }

  start(init: LoadInit): void {
    this.stopped = false
    this.lanes = Array.from({ length: init.lanes }, () => this.lane(init))
  }

  /** Asks for work as often as the publisher says, and for grants as often as donors do, for ever. */
  startIdle(): void {
    const ask = async (what: () => Promise<number>): Promise<void> => {
      // Not all at once.
      let waitMs = Math.random() * (await what())
      for (;;) {
        await rest(waitMs)
        waitMs = await what()
      }
    }
    const lease = async (): Promise<number> =>
      (await this.link.lease({ units: 1, fuelCapacity: 0n })).retryAfterMs
    const grants = async (): Promise<number> => {
      await this.link.grants({ fromSequence: 0 })
      return LIMITS.askGrantsEveryMs
    }
    // The connection goes with the process: nobody is left to be told.
    for (const what of [lease, grants]) ask(what).catch(() => undefined)
  }

  /** Submits what was held back and says what became of everything. */
  async stop(init: LoadInit): Promise<Acknowledged> {
    this.stopped = true
    await Promise.all(this.lanes)
    while (this.late.length > 0) await this.submit(this.late.splice(0, init.batch), init)
    const units = Object.fromEntries(
      [...this.told].map(([standing, indexes]) => [standing, Uint32Array.from(indexes)]),
    )
    return { donorKey: this.donorKey, donor: this.donor, units }
  }

  private async lane(init: LoadInit): Promise<void> {
    while (!this.stopped) {
      const { units } = await this.link.lease({ units: init.batch, fuelCapacity: 0n })
      const fresh = units.filter(({ index }) => !this.leased.has(index))
      if (fresh.length === 0) await rest(NOTHING_MS)
      const dueMs = performance.now() + init.lateMs
      const now: Held[] = []
      for (const unit of fresh) {
        this.leased.add(unit.index)
        const held = { unit, dueMs }
        if (isLate(unit, this.donor, init)) this.late.push(held)
        else now.push(held)
      }
      await this.submit([...now, ...this.dueBy(performance.now())], init)
    }
  }

  private dueBy(nowMs: number): Held[] {
    const end = this.late.findIndex(({ dueMs }) => dueMs > nowMs)
    return this.late.splice(0, end === -1 ? this.late.length : end)
  }

  private async submit(held: readonly Held[], init: LoadInit): Promise<void> {
    if (held.length === 0) return
    const results = held.map(({ unit }) => resultOf(unit, this.donor, isWrong(unit, this.donor, init)))
    const { standings } = await this.link.submit(results)
    for (const [i, standing] of standings.entries()) {
      const index = held[i]?.unit.index ?? 0
      this.leased.delete(index)
      const indexes = this.told.get(standing)
      if (indexes) indexes.push(index)
      else this.told.set(standing, [index])
    }
  }
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
