import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkRange,
  checkTemplate,
  parseRange,
  unitArguments,
  unitForNumber,
  unitNumber,
} from '../../src-main/domain/batch.ts'
import { errorCode } from '../../src-main/domain/errors.ts'
import type { Batch } from '../../src-main/domain/project.ts'

const batch = (first: number, count: number, args: string[] = ['{n}']): Batch => ({
  type: 'batch',
  batch: 2,
  app: 0,
  first,
  count,
  args,
  quorum: 2,
  maxFuel: 1n,
  maxOutputBytes: 1,
})

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(errorCode(error)).toBe('bad-argument')
    return (error as Error).message
  }
  throw new Error('not refused')
}

describe('a range', () => {
  it('includes both ends', () => {
    expect(parseRange('0..9')).toEqual({ first: 0, count: 10 })
    expect(parseRange('7..7')).toEqual({ first: 7, count: 1 })
  })

  it.each([
    ['', /looks like/],
    ['5', /looks like/],
    ['-1..5', /looks like/],
    ['1...5', /looks like/],
    ['1..5 ', /looks like/],
    ['1.5..3', /looks like/],
    ['9..3', /ends before it begins/],
    ['0..99999999999999999999', /goes beyond/],
    ['0..1000000000000', /at most 1000000000000 units/],
  ])('refuses %j and says why', (text, why) => {
    expect(refusal(() => parseRange(text))).toMatch(why)
  })

  it('never ends beyond exact whole numbers', () => {
    expect(refusal(() => checkRange({ first: Number.MAX_SAFE_INTEGER, count: 2 }))).toMatch(/ends at/)
    expect(refusal(() => checkRange({ first: 0.5, count: 2 }))).toMatch(/starts at/)
    expect(refusal(() => checkRange({ first: 0, count: 0 }))).toMatch(/at least one/)
  })
})

describe('an argument template', () => {
  it('takes {n}, plain text and braces that are no placeholder', () => {
    const template = ['run', '{n}', 'x{n}-{n}', '{"a": 1}', '{}', '{ n }']
    expect(checkTemplate(template)).toBe(template)
    expect(unitArguments(batch(40, 3, template), 2)).toEqual([
      'run',
      '42',
      'x42-42',
      '{"a": 1}',
      '{}',
      '{ n }',
    ])
  })

  it.each([
    ['another placeholder', ['{m}'], /Argument 1 holds \{m\}/],
    ['a placeholder in a later argument', ['a', '{index}'], /Argument 2 holds \{index\}/],
    ['a NUL', ['a\0b'], /Argument 1 has control/],
    ['half a character', ['\ud800'], /Argument 1 has control/],
    ['a long argument', ['x'.repeat(5000)], /Argument 1 may become longer/],
    ['one that grows too long', ['{n}'.repeat(300)], /Argument 1 may become longer/],
    ['a line break', ['a\nb'], /Argument 1 has control or direction characters/],
    ['a direction mark', ['a', 'b\u202Ec'], /Argument 2 has control or direction characters/],
    ['long ones together', ['x'.repeat(3000), 'y'.repeat(3000)], /arguments may together become longer/],
    ['ones that grow too long together', Array.from({ length: 60 }, () => '{n}'.repeat(5)), /together/],
    ['too many', Array.from({ length: 65 }, () => 'x'), /at most 64 arguments/],
  ])('refuses %s', (_, template, why) => {
    expect(refusal(() => checkTemplate(template))).toMatch(why)
  })
})

describe('numbers of units', () => {
  it('go forth and back', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 1e6 }), fc.nat(), (first, count, any) => {
        const index = any % count
        const range = batch(first, count)
        expect(unitForNumber(range, unitNumber(range, index))).toEqual({ batch: 2, index })
      }),
      { seed: 11 },
    )
  })

  it('have no unit outside the batch', () => {
    expect(unitForNumber(batch(10, 5), 9)).toBeUndefined()
    expect(unitForNumber(batch(10, 5), 15)).toBeUndefined()
    expect(unitForNumber(batch(10, 5), 10.5)).toBeUndefined()
  })
})
