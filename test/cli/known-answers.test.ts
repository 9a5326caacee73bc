import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { readKnownAnswers } from '../../src-main/cli/known-answers.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { tempDir } from '../support/temp-dir.ts'

let path = ''
beforeEach(() => {
  path = join(tempDir(), 'known.jsonl')
})
function read(text: string): ReturnType<typeof readKnownAnswers> {
  writeFileSync(path, text)
  return readKnownAnswers(path)
}

describe('a file of known answers', () => {
  it('takes what run --json prints, with its number', () => {
    const line = '{"n":7,"outcome":"ok","exitCode":0,"fuel":"123","stdout":"ü\\n","files":[],"elapsedMs":1}'
    const stdout = new TextEncoder().encode('ü\n')
    expect(read(`${line}\n\n{"n":8,"outcome":"trap","fuel":"9"}\n`)).toEqual([
      { n: 7, outcome: 'ok', exitCode: 0, fuel: 123n, stdout },
      { n: 8, outcome: 'trap', exitCode: 0, fuel: 9n, stdout: new Uint8Array() },
    ])
  })

  it.each([
    'nonsense',
    '[]',
    '{"n":-1,"outcome":"ok","fuel":"1"}',
    '{"n":1,"outcome":"host-failure","fuel":"1"}',
    '{"n":1,"outcome":"ok","fuel":1}',
    '{"n":1,"outcome":"ok","fuel":"1","exitCode":256}',
  ])('names the line that is none: %s', (line) => {
    expect(() => read(`{"n":1,"outcome":"ok","fuel":"1"}\n${line}`)).toThrow(
      /^Line 2 of .* is no known answer/,
    )
  })

  it('throws nothing but typed errors, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          read(text)
        } catch (error) {
          expect(error).toBeInstanceOf(PowerswarmError)
        }
      }),
      { seed: 33, numRuns: 200 },
    )
  })
})
