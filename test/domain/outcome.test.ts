import { describe, expect, it } from 'vitest'
import { digestParts, type UnitRun } from '../../src-main/domain/outcome.ts'

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
