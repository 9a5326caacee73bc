import { expect, it } from 'vitest'
import type { Hex32 } from '../../src-main/domain/ids.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { isPublished, resultsCoreName, type Publishable } from '../../src-main/domain/results-core.ts'
import { UNSENT, moveUnit } from '../../src-main/domain/work-unit.ts'

const digest = 'd'.repeat(64) as Hex32
const fine: Publishable = {
  work: { state: 'verified', digest },
  isOk: true,
  outputBytes: LIMITS.foundOutputBytes,
  isKnown: false,
}

it.each<[string, Partial<Publishable>, boolean]>([
  ['was verified by a quorum', {}, true],
  ['rests on one donor’s word', { work: { state: 'released', digest } }, false],
  ['is not decided', { work: moveUnit(UNSENT, { kind: 'leased', quorum: 2 }) }, false],
  ['ended badly', { isOk: false }, false],
  ['printed nothing', { outputBytes: 0 }, false],
  ['printed too much', { outputBytes: LIMITS.foundOutputBytes + 1 }, false],
  ['has an answer that was known', { isKnown: true }, false],
])('a unit that %s: %j', (_name, change, published) => {
  expect(isPublished({ ...fine, ...change })).toBe(published)
})

it('every epoch has a core of its own', () => {
  expect(new Set([0, 1, 10].map(resultsCoreName)).size).toBe(3)
})
