import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { parseInputLine } from '../../../src-main/engine/adapters/inputs/input-line.ts'

const SEED = 20_261_122
const bytes = (text: string): { readonly bytes: Uint8Array } => ({ bytes: new TextEncoder().encode(text) })

function refusal(text: string): string {
  try {
    parseInputLine(text)
  } catch (error) {
    if (error instanceof PowerswarmError && error.code === 'bad-argument') return error.message
    throw error
  }
  return ''
}

describe('a line of inputs', () => {
  it('names arguments, standard input and files', () => {
    const line = {
      args: ['-v', 'ä'],
      stdin: 'text',
      files: { 'a.pdb': 'data/a.pdb', b: { text: 'B' }, c: { base64: 'AQI=' }, d: { file: '/d' } },
    }
    expect(parseInputLine(JSON.stringify(line))).toEqual({
      args: ['-v', 'ä'],
      stdin: bytes('text'),
      files: [
        { path: 'a.pdb', source: { file: 'data/a.pdb' } },
        { path: 'b', source: bytes('B') },
        { path: 'c', source: { bytes: Uint8Array.of(1, 2) } },
        { path: 'd', source: { file: '/d' } },
      ],
    })
    expect(parseInputLine('{}')).toEqual({ args: [], stdin: bytes(''), files: [] })
    expect(parseInputLine('{"stdin": {"file": "x"}}').stdin).toEqual({ file: 'x' })
  })

  it.each([
    ['{', 'not JSON'],
    ['[]', 'The line must be an object'],
    ['null', 'The line must be an object'],
    ['{"arg": []}', "'arg' is unknown"],
    ['{"args": "x"}', "'args' must be a list of texts"],
    ['{"args": [1]}', "'args' must be a list of texts"],
    ['{"stdin": 1}', "'stdin' must be an object"],
    ['{"stdin": {}}', "'stdin' must be a text or one of"],
    ['{"stdin": {"text": "a", "file": "b"}}', "'stdin' must be a text or one of"],
    ['{"stdin": {"base64": "a"}}', "'stdin' is not base64"],
    ['{"stdin": {"url": "a"}}', "'stdin' must be a text or one of"],
    ['{"files": ["a"]}', "'files' must be an object"],
    ['{"files": {"a": 1}}', "'files' at 'a' must be an object"],
    ['{"files": {"a": ""}}', "'files' at 'a' names no file"],
  ])('%s is refused: %s', (text, why) => {
    expect(refusal(text)).toContain(why)
  })

  it('is read or refused, whatever it is', () => {
    const key = fc.constantFrom('args', 'stdin', 'files', 'text', 'base64', 'file', 'x')
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 3 }),
      ),
    })).any
    const texts = fc.oneof(
      fc.string(),
      value.map((each) => JSON.stringify(each)),
    )
    fc.assert(
      fc.property(texts, (text) => {
        refusal(text)
      }),
      { seed: SEED, numRuns: 3000 },
    )
  })

  it('gives back the bytes that were written as base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        const base64 = Buffer.from(content).toString('base64')
        expect(parseInputLine(JSON.stringify({ stdin: { base64 } })).stdin).toEqual({ bytes: content })
      }),
      { seed: SEED },
    )
  })
})
