import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { digestParts, submittable, type UnitRun } from '../../src-main/domain/outcome.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const run: UnitRun = { outcome: 'ok', exitCode: 0, fuel: 7n, stdout: bytes('out'), stderr: bytes('err') }
const text = (unit: UnitRun): string[] => digestParts(unit).map((part) => new TextDecoder().decode(part))

describe('what a digest covers', () => {
  it('is the output of a unit that ended well, and how it ended of any other', () => {
    expect(text(run)).toEqual(['powerswarm unit 1\nok\n0\n7\n', 'out'])
    expect(text({ ...run, outcome: 'exit-nonzero', exitCode: 3 })).toEqual([
      'powerswarm unit 1\nexit-nonzero\n3\n7\n',
    ])
  })

  it('is path and bytes of each file, too; without files nothing is added', () => {
    const files = [
      { path: 'ä', bytes: bytes('A') },
      { path: 'b', bytes: bytes('') },
    ]
    expect(text({ ...run, files }).slice(1)).toEqual(['out', 'ä', 'A', 'b', ''])
    expect(text({ ...run, files: [] })).toEqual(text(run))
    expect(text({ ...run, outcome: 'trap', files })).toHaveLength(1)
  })
})

describe('a run as it counts', () => {
  const run = { outcome: 'ok', fuel: 7n, stdout: new Uint8Array(3), stderr: new Uint8Array() } as const
  const leaving = (bytes: number) => ({ ...run, files: [{ path: 'a', bytes: new Uint8Array(bytes) }] })

  it('has its files while a submit has room for them', () => {
    const fits = leaving(LIMITS.submitFilesBytes - 100)
    expect(submittable(fits)).toBe(fits)
    expect(submittable(run)).toBe(run)
  })

  it('is too large beyond that, with the same fuel', () => {
    expect(submittable(leaving(LIMITS.submitFilesBytes))).toMatchObject({
      outcome: 'output-too-large',
      fuel: 7n,
      stdout: new Uint8Array(),
    })
    expect(submittable(leaving(LIMITS.submitFilesBytes))).not.toHaveProperty('files')
  })
})
