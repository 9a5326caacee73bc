import type { Fuel } from '../../../domain/units.ts'

/** Weight of the newest unit in the running mean: 1/32. */
const SHIFT = 5n

/** What a unit costs, as far as verified ones showed since the start. */
export class FuelMeans {
  private mean: Fuel = 0n

  add(fuel: Fuel): void {
    this.mean = this.mean === 0n ? fuel : this.mean + ((fuel - this.mean) >> SHIFT)
  }

  /** 0 while unknown. */
  overall(): Fuel {
    return this.mean
  }
}
