import { describe, expect, it } from 'vitest'
import { displayLine, displayTextFault, lineFault } from '../../src-main/domain/display-text.ts'

describe('texts that others see', () => {
  it.each(['Mersenne', 'Größe √2 — 語', 'क्षि 🐝', 'שלום', 'a'.repeat(80), '🐝'.repeat(80)])(
    'may be %s',
    (text) => {
      expect(displayTextFault(text, 80)).toBeUndefined()
    },
  )

  it.each([
    ['line break', 'a\nb'],
    ['escape sequence', 'a\u001b[31mb'],
    ['NUL', 'a\0'],
    ['C1 control', 'a\u0085b'],
    ['line separator', 'a\u2028b'],
    ['right-to-left override', 'a\u202Eb'],
    ['isolate', 'a\u2066b'],
    ['direction mark', 'a\u200Fb'],
    ['tag character', 'a\u{E0041}b'],
    ['byte order mark', '\uFEFFa'],
    ['half a surrogate pair', 'a\uD83Db'],
  ])('may not hold a %s', (_what, text) => {
    expect(displayTextFault(text, 80)).toBe('has control or direction characters')
  })

  it('are counted in code points', () => {
    expect(displayTextFault('🐝'.repeat(81), 80)).toBe('is longer than 80 characters')
    expect(displayTextFault('a'.repeat(1_000_000), 80)).toBe('is longer than 80 characters')
  })

  it('must say something, unless an empty line will do', () => {
    expect(displayTextFault('  ', 80)).toBe('is empty')
    expect(lineFault('', 80)).toBeUndefined()
  })

  it('from a peer become one safe line of limited length', () => {
    expect(displayLine('  bad\r\n\u001b[2Jnews  ', 80)).toBe('bad   [2Jnews')
    expect(displayLine('x'.repeat(500), 10)).toBe('xxxxxxxxx…')
  })
})
