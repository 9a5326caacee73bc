import { describe, expect, it } from 'vitest'
import { closestWord } from '../../src-main/cli/closest-word.ts'

const WORDS = ['status', 'serve', 'results', 'retry', 'add', 'donors', 'donor']

describe('the word that was meant', () => {
  it.each([
    ['statsu', 'status'],
    ['Serve', 'serve'],
    ['result', 'results'],
    ['ad', 'add'],
    ['donor', 'donor'],
    ['dnoors', 'donors'],
  ])('%s: %s', (typed, meant) => {
    expect(closestWord(typed, WORDS)).toBe(meant)
  })

  it.each(['nonsense', '', 'x', 'publish', 'a'.repeat(1_000_000)])('is none for another: %.20s', (typed) => {
    expect(closestWord(typed, WORDS)).toBeUndefined()
  })
})
