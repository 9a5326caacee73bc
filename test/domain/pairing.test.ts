import { describe, expect, it } from 'vitest'
import type { DonorKey } from '../../src-main/domain/ids.ts'
import { mayCheck, pairing, type Partner } from '../../src-main/domain/pairing.ts'

const donor = (key: string, address?: string): Partner => ({ donorKey: key as DonorKey, address })

describe('pairing', () => {
  it.each([
    ['a donor with a unit that nobody has', donor('a', '10.0.0.1'), [], 'yes'],
    ['donors of different addresses', donor('a', '10.0.0.1'), [donor('b', '10.0.0.2')], 'yes'],
    ['donors at one address only where nobody else comes', donor('a', 'x'), [donor('b', 'x')], 'avoid'],
    ['donors whose addresses nobody knows', donor('a'), [donor('b')], 'yes'],
    ['a donor never with itself, wherever it is', donor('a', 'x'), [donor('a', 'y')], 'never'],
    ['a donor never with itself, even with others', donor('a', 'x'), [donor('b', 'x'), donor('a')], 'never'],
  ])('pairs %s', (_, candidate, partners, expected) => {
    expect(pairing(candidate, partners)).toBe(expected)
  })

  it('lets checkers check, and anybody while they are few', () => {
    expect(mayCheck(true, 0.9)).toBe(true)
    expect(mayCheck(false, 0.9)).toBe(false)
    expect(mayCheck(false, 0.1)).toBe(true)
  })
})
