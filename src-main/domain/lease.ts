import { LIMITS } from './limits.ts'
import type { Fuel } from './units.ts'

/** What is known about a donor that asks for work. */
export interface LeaseSituation {
  /** Units it asks for. */
  readonly requested: number
  /** Units it holds now under leases that have not run out. */
  readonly held: number
  /** Results of it that were proven since its last error: see `DonorTrust`. */
  readonly proven: number
  /** Units that others at its address hold who are not established (trust.ts); 0 where nobody can tell. */
  readonly heldNear: number
  /** Fuel it expects to compute while the lease runs; 0 when it does not know. */
  readonly fuelCapacity: Fuel
  /** Fuel a second that it has delivered lately; 0 while nobody knows. */
  readonly fuelPerSecond: Fuel
  /** Fuel that a unit needs as far as verified ones show; 0 when none was verified yet. */
  readonly fuelPerUnit: Fuel
}

/** Units more to hold for every proven one. */
const UNITS_PER_PROVEN = 4
/** A donor may get this much faster between two leases. */
const SPEED_MARGIN = 4n

/** Units that a donor may hold at a time: grows with what was proven, and an error takes it back to a new key's. */
export function heldMax(proven: number): number {
  return Math.min(LIMITS.firstUnits + UNITS_PER_PROVEN * proven, LIMITS.leaseUnits * 16)
}

/** How many units a donor gets now: 0 up to `LIMITS.leaseUnits`. */
export function leaseSize(situation: LeaseSituation): number {
  const room = Math.min(heldMax(situation.proven) - situation.held, roomNear(situation))
  const asked = Math.min(situation.requested, LIMITS.leaseUnits, room)
  const { fuelPerUnit } = situation
  const capacity = fuelInTime(situation)
  if (asked <= 0) return 0
  if (capacity === undefined || fuelPerUnit <= 0n) return asked
  const computable = capacity / fuelPerUnit + 1n
  return computable < BigInt(asked) ? Number(computable) : asked
}

/** New keys cost nothing, addresses do: those who have not proven much share what one address may hold. */
function roomNear({ proven, held, heldNear }: LeaseSituation): number {
  return proven >= LIMITS.establishedResults ? Infinity : LIMITS.unprovenUnitsPerAddress - heldNear - held
}

/** What it says that it can compute, and no more than its speed allows. Undefined: nobody can tell. */
function fuelInTime({ fuelCapacity, fuelPerSecond }: LeaseSituation): Fuel | undefined {
  const bySpeed = (SPEED_MARGIN * fuelPerSecond * BigInt(LIMITS.leaseMs)) / 1000n
  if (fuelCapacity > 0n && bySpeed > 0n) return fuelCapacity < bySpeed ? fuelCapacity : bySpeed
  return fuelCapacity > 0n ? fuelCapacity : bySpeed > 0n ? bySpeed : undefined
}

/** Waiting units among which second copies are drawn when many donors are there. */
export const MIXING_UNITS = 1024

/**
 * The chance (0..1) that a unit in a lease is drawn from those `waiting` for another copy rather than a fresh one.
 * With many donors it keeps a large pool waiting, so that nobody can foresee with whom a unit is paired;
 * with few there is little to hide and results should be verified soon.
 */
export function secondCopyChance(waiting: number, donors: number): number {
  const pool = Math.min(Math.max(16 * donors, 16), MIXING_UNITS)
  return waiting / (waiting + pool)
}

/**
 * Units that one of so many donors may hold while so many copies are still to be computed: half its share. Donors lease
 * hours ahead; without this the first ones would hold a batch's last units while the others have nothing to do.
 */
export function copiesWithin(copiesLeft: number, donors: number): number {
  return Math.max(LIMITS.firstUnits, Math.ceil(copiesLeft / (2 * Math.max(1, donors))))
}
