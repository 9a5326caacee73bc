import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNames, filesProblem, isFilePath } from '../../src-main/domain/unit-file.ts'
import { utf8 } from '../../src-main/domain/utf8.ts'

const file = (path: string, size = 0) => ({ path, bytes: new Uint8Array(size) })
const MAX = { count: 3, bytes: 100 }

describe('paths of unit files', () => {
  it.each(['a', 'a/b', 'a.b/..c/…', 'ä'.repeat(127), 'x'.repeat(255), '-', ' ', 'a:b'])('take %j', (path) => {
    expect(isFilePath(path)).toBe(true)
  })

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    'a/./b',
    'a\0',
    'a\\b',
    '\ud800',
    'ä'.repeat(128),
    'x'.repeat(256),
    'ab/'.repeat(400) + 'c',
    'a/'.repeat(32) + 'a',
  ])('refuse %j', (path) => {
    expect(isFilePath(path)).toBe(false)
  })

  it('are ordered as their UTF-8 bytes are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
      { seed: 5, numRuns: 2000 },
    )
  })

  it('have the UTF-8 that everybody has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8(text)).toEqual(new TextEncoder().encode(text))
      }),
      { seed: 6, numRuns: 2000 },
    )
  })
})

describe('a set of unit files', () => {
  it('is one folder within its bounds', () => {
    expect(filesProblem([], MAX)).toBeUndefined()
    expect(filesProblem([file('a/b', 50), file('a/c', 50), file('ab')], MAX)).toBeUndefined()
  })

  it.each([
    [[file('a'), file('b'), file('c'), file('d')], /more than 3 files/],
    [[file('a', 60), file('b', 41)], /more than 100 bytes/],
    [[file('../a')], /not a path of a file: "\.\.\/a"/],
    [[file('a'), file('a')], /twice in the list: a/],
    [[file('a'), file('a/b')], /both a file and a folder: a/],
    [[file('x/y/z'), file('x/y')], /both a file and a folder: x\/y/],
  ])('says what is wrong with it', (files, words) => {
    expect(filesProblem(files, MAX)).toMatch(words)
  })
})
