import { describe, expect, it } from 'vitest'
import type { Hex32 } from '../../src-main/domain/ids.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import {
  defaultReserve,
  isLotDrawn,
  judgeSelfAssignment,
  reserveStart,
  selfAssignedMax,
  type SelfAssignment,
} from '../../src-main/domain/reserve.ts'
import { UNSENT, moveUnit } from '../../src-main/domain/work-unit.ts'

const digest = 'd'.repeat(64) as Hex32
/** The last four of ten units are kept; the donor has proven three results. */
const fine: SelfAssignment = {
  unit: { batch: 0, index: 6 },
  batch: { count: 10, quorum: 2 },
  isJustBack: true,
  isKnown: false,
  reserve: 4,
  work: UNSENT,
  undecided: 2,
  proven: 3,
}
const known = moveUnit(UNSENT, { kind: 'known', digest })
const at = (index: number): Partial<SelfAssignment> => ({ unit: { batch: 0, index } })

describe('a unit that a donor took by itself', () => {
  it.each<[string, Partial<SelfAssignment>, ReturnType<typeof judgeSelfAssignment>]>([
    ['is taken as the first word on it', {}, 'vote'],
    ['may be the last one of the batch', at(9), 'vote'],
    ['lies within the reserve', at(5), 'refused'],
    ['lies within the batch', at(10), 'refused'],
    ['is of a batch that keeps some', { reserve: 0 }, 'refused'],
    ['was handed to nobody', { work: moveUnit(UNSENT, { kind: 'leased', quorum: 2 }) }, 'refused'],
    [
      'was taken by nobody before',
      { work: moveUnit(UNSENT, { kind: 'self-assigned', quorum: 2 }) },
      'refused',
    ],
    ['was not verified before', { work: known }, 'refused'],
    ['was not taken back', { work: moveUnit(UNSENT, { kind: 'cancelled' }) }, 'refused'],
    ['is not one too many for what its donor has proven', { undecided: 3 }, 'refused'],
    ['comes after an absence', { isJustBack: false }, 'refused'],
    ['wants a second donor', { batch: { count: 10, quorum: 1 } }, 'refused'],
    ['is a check where its answer is known', { isKnown: true, work: known }, 'check'],
    ['is none for a new key', { isKnown: true, work: known, undecided: 0, proven: 0 }, 'refused'],
    ['is none while the publisher is there', { isKnown: true, work: known, isJustBack: false }, 'refused'],
    ['does not come from a new key', { undecided: 0, proven: 0 }, 'refused'],
  ])('%s', (_name, change, kind) => {
    expect(judgeSelfAssignment({ ...fine, ...change })).toBe(kind)
  })
})

describe('the reserve', () => {
  it('is a sixteenth of a batch that is long enough to run out of', () => {
    expect([1, 63, 64, 1000, 1e12].map((units) => defaultReserve(units, 2))).toEqual([
      0, 0, 4, 62, 62_500_000_000,
    ])
  })

  it('is none where one result is enough', () => {
    expect(defaultReserve(1000, 1)).toBe(0)
  })

  it('is the end of its batch, never more than all of it', () => {
    expect(reserveStart({ count: 10 }, 4)).toBe(6)
    expect(reserveStart({ count: 10 }, 40)).toBe(0)
  })

  it('gives a donor no more than it has proven, and never without bound', () => {
    expect([0, 5, 1e9].map(selfAssignedMax)).toEqual([0, 5, LIMITS.selfAssignedUnits])
  })
})

describe('the lot of a donor for a unit', () => {
  const lot = (share: number): Hex32 =>
    Math.floor(share * 2 ** 48)
      .toString(16)
      .padStart(12, '0')
      .padEnd(64, 'f') as Hex32

  it.each([
    [0, 100, true],
    [0.0099, 100, true],
    [0.0101, 100, false],
    [0.999, 100, false],
    [0.49, 2, true],
    [0.51, 2, false],
    // Alone, too, nobody gets everything that another has chosen for him.
    [0.51, 1, false],
    [0.51, 0, false],
  ])('at %f of all, with %i donors: %j', (share, donors, isDrawn) => {
    expect(isLotDrawn(lot(share), donors)).toBe(isDrawn)
  })
})
