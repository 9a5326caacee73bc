import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  copiesWithin,
  heldMax,
  leaseSize,
  secondCopyChance,
  type LeaseSituation,
} from '../../src-main/domain/lease.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'

const situation = (changes: Partial<LeaseSituation>): LeaseSituation => ({
  requested: 1000,
  held: 0,
  proven: 0,
  heldNear: 0,
  fuelCapacity: 0n,
  fuelPerSecond: 0n,
  fuelPerUnit: 0n,
  ...changes,
})

/** It delivers one unit in the time of a lease, and may become four times as fast. */
const slow = { proven: 100, fuelPerSecond: 10n, fuelPerUnit: 10n * BigInt(LIMITS.leaseMs / 1000) }

describe('the size of a lease', () => {
  it.each([
    ['little for a new key', {}, 16],
    ['no more than was asked for', { requested: 3 }, 3],
    ['only what there is room for', { held: 12 }, 4],
    ['nothing to a donor that holds all it may', { held: 16 }, 0],
    ['more to a donor that has proven results', { proven: 10 }, 56],
    ['what new neighbours leave', { heldNear: LIMITS.unprovenUnitsPerAddress - 5 }, 5],
    ['what they leave beside what it holds', { held: 3, heldNear: LIMITS.unprovenUnitsPerAddress - 5 }, 2],
    ['nothing beside too many of them', { heldNear: 10_000 }, 0],
    ['all it may to an established one, whoever is near', { proven: 32, heldNear: 10_000 }, 144],
    ['never more than one lease', { proven: 1_000_000 }, LIMITS.leaseUnits],
    ['what the donor can compute in time', { proven: 100, fuelCapacity: 50n, fuelPerUnit: 10n }, 6],
    ['what it was fast enough for, whatever it says', { ...slow, fuelCapacity: 1_000_000_000n }, 5],
    ['what it was fast enough for, if it says nothing', slow, 5],
    ['at least one unit, however slow', { fuelCapacity: 1n, fuelPerUnit: 10n }, 1],
    ['as asked while nobody knows a unit’s fuel', { fuelCapacity: 1n }, 16],
    ['nothing to who asks for nothing', { requested: 0 }, 0],
  ])('%s', (_, changes, units) => {
    expect(leaseSize(situation(changes))).toBe(units)
  })

  it('keeps what a donor holds within its bound', () => {
    const count = fc.nat(100_000)
    fc.assert(
      fc.property(count, count, count, (requested, held, proven) => {
        const units = leaseSize(situation({ requested, held, proven }))
        expect(units).toBeGreaterThanOrEqual(0)
        if (units > 0) expect(held + units).toBeLessThanOrEqual(heldMax(proven))
      }),
      { seed: 15 },
    )
  })
})

describe('the chance of a second copy', () => {
  it('is none without waiting units and grows with them', () => {
    expect(secondCopyChance(0, 1)).toBe(0)
    expect(secondCopyChance(16, 1)).toBe(0.5)
    expect(secondCopyChance(1600, 1)).toBeGreaterThan(0.98)
  })

  it('keeps more units waiting when many donors could be paired', () => {
    expect(secondCopyChance(64, 64)).toBeLessThan(secondCopyChance(64, 2))
  })
})

describe('the share of a donor that leases hours ahead', () => {
  it.each([
    ['half of an equal one', 10_000, 10, 500],
    ['what a new donor may hold at the end', 40, 10, LIMITS.firstUnits],
    ['half of everything for the only one', 1000, 1, 500],
    ['the same when nobody is counted', 1000, 0, 500],
  ])('%s', (_name, copies, donors, units) => {
    expect(copiesWithin(copies, donors)).toBe(units)
  })
})
