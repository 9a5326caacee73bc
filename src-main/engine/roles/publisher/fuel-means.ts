import type { DonorKey } from '../../../domain/ids.ts'
import type { Fuel } from '../../../domain/units.ts'

/** Weight of the newest unit in the running mean: 1/32. */
const SHIFT = 5n
/** Weight of the newest submit in a donor's speed: 1/4. */
const SPEED_SHIFT = 2n
/** Who was away for longer was not slow. */
const PAUSE_MS = 60 * 60 * 1000
const DONORS_MAX = 20_000

interface Speed {
  readonly at: number
  readonly perSecond: Fuel
}

/** What a unit costs, as far as verified ones showed since the start, and how fast donors deliver. */
export class FuelMeans {
  private mean: Fuel = 0n
  private readonly speeds = new Map<DonorKey, Speed>()

  add(fuel: Fuel): void {
    this.mean = this.mean === 0n ? fuel : this.mean + ((fuel - this.mean) >> SHIFT)
  }

  /** 0 while unknown. */
  overall(): Fuel {
    return this.mean
  }

  /** A donor delivered results of `fuel` together at `atMs` of a clock that never goes back. */
  delivered(donorKey: DonorKey, fuel: Fuel, atMs: number): void {
    const before = this.speeds.get(donorKey)
    if (this.speeds.size >= DONORS_MAX) this.speeds.clear()
    const ms = before === undefined ? 0 : Math.round(atMs - before.at)
    if (before === undefined || ms <= 0 || ms > PAUSE_MS) {
      this.speeds.set(donorKey, { at: atMs, perSecond: before?.perSecond ?? 0n })
      return
    }
    const now = (fuel * 1000n) / BigInt(ms)
    const perSecond =
      before.perSecond === 0n ? now : before.perSecond + ((now - before.perSecond) >> SPEED_SHIFT)
    this.speeds.set(donorKey, { at: atMs, perSecond })
  }

  /** Fuel a second of all machines of a donor together; 0 while unknown. */
  perSecond(donorKey: DonorKey): Fuel {
    return this.speeds.get(donorKey)?.perSecond ?? 0n
  }
}
