import type { Fuel } from '../../../domain/units.ts'
import { movingMean } from '../../../domain/work-buffer.ts'

/** How fast one slot computes and what a unit of each batch needs, as the last units of one project showed. */
export class Pace {
  private fuelPerMs: number | undefined
  private unitFuel: number | undefined
  private readonly batchFuel = new Map<number, number>()

  /** A unit of this batch was computed. */
  add(batch: number, fuel: Fuel, computedMs: number): void {
    const needed = Number(fuel)
    this.fuelPerMs = movingMean(this.fuelPerMs, needed / Math.max(1, computedMs))
    this.unitFuel = movingMean(this.unitFuel, needed)
    this.batchFuel.set(batch, movingMean(this.batchFuel.get(batch), needed))
  }

  /** How long a slot needs for a unit, of this batch if it is given; undefined before the first. */
  unitMs(batch?: number): number | undefined {
    const fuel = (batch === undefined ? undefined : this.batchFuel.get(batch)) ?? this.unitFuel
    if (fuel === undefined || this.fuelPerMs === undefined) return undefined
    return this.fuelPerMs > 0 ? fuel / this.fuelPerMs : 1
  }

  /** Fuel that so many slots compute in this time beyond the units that wait already; 0 while unknown. */
  capacity(slots: number, ms: number, queued: number): Fuel {
    if (this.fuelPerMs === undefined || this.unitFuel === undefined) return 0n
    const free = slots * ms * this.fuelPerMs - queued * this.unitFuel
    return BigInt(Math.round(Math.min(Math.max(1, free), Number.MAX_SAFE_INTEGER)))
  }
}
