import { describe, expect, it } from 'vitest'
import { knownAnswerChance } from '../../src-main/domain/known-answer.ts'
import { NEWCOMER } from '../../src-main/domain/trust.ts'

const policy = { provenPerAdvance: 10 }
const chance = (proven: number, unused: number): number =>
  knownAnswerChance({ trust: { ...NEWCOMER, proven }, policy, unused })

describe('the chance of a known-answer unit', () => {
  it('is a share of the checks that a donor is due', () => {
    expect(chance(0, 5)).toBe(1 / 8)
    expect(chance(10, 5)).toBe(1 / 8)
    expect(chance(80, 5)).toBe(1 / 64)
  })

  it('is none when the donor has had them all', () => {
    expect(chance(0, 0)).toBe(0)
  })
})
