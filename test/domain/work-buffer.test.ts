import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { bufferMs, unitsToLease, unitsTooLate, type BufferNeeds } from '../../src-main/domain/work-buffer.ts'

const HOUR = 3_600_000
const needs = (changes: Partial<BufferNeeds>): BufferNeeds => ({
  slots: 2,
  queued: 0,
  unitMs: 10 * 60_000,
  bufferMs: 6 * HOUR,
  ...changes,
})

describe('units to lease', () => {
  it.each([
    ['nothing while paused', { slots: 0 }, 0],
    ['two for each slot before any was computed', { unitMs: undefined }, 4],
    ['hours of work for all slots', {}, 72],
    ['nothing while less than a quarter is missing', { queued: 55 }, 0],
    ['what is missing once it is a quarter', { queued: 54 }, 18],
    ['a minute’s where the donor wants no buffer', { bufferMs: 0, unitMs: 5_000 }, 24],
    ['two for each slot however long a unit takes', { unitMs: 40 * HOUR }, 4],
    ['a full lease at a time', { unitMs: 1_000 }, LIMITS.leaseUnits],
    [
      'no more rows than are allowed',
      { unitMs: 0.001, queued: LIMITS.bufferUnits - LIMITS.leaseUnits + 1 },
      0,
    ],
  ])('%s', (_name, changes, units) => {
    expect(unitsToLease(needs(changes))).toBe(units)
  })
})

it('a buffer leaves a lease as much time again for computing', () => {
  expect(bufferMs(2)).toBe(2 * HOUR)
  expect(bufferMs(1000)).toBe(LIMITS.leaseMs / 2)
})

describe('units that come too late', () => {
  const waiting = [3, 1, 2, 9].map((hours, index) => ({ index, expiresAt: hours * HOUR, unitMs: HOUR }))
  const late = (slots: number, now: number): number[] =>
    unitsTooLate(waiting, slots, now).map(({ index }) => index)

  it('are those that no slot reaches in time, and others do not wait for them', () => {
    expect(late(1, 0)).toEqual([1])
    expect(late(1, 0.5 * HOUR)).toEqual([1, 2])
    expect(late(2, 0)).toEqual([1])
    expect(late(100, 0)).toEqual([1])
    expect(late(1, 8 * HOUR + 1)).toEqual([0, 1, 2, 3])
  })
})
