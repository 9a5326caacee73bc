import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { runUnitValue, unitRunValue } from '../../src-main/contracts/slot.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { buildModule } from '../support/wasm-builder.ts'
import { unitOf } from '../slot/units.ts'

const run = { outcome: 'ok', fuel: 1n, stdout: new Uint8Array(), stderr: new Uint8Array() } as const
const file = (path: string, size = 1) => ({ path, bytes: new Uint8Array(size) })

describe('the files of a unit at the border of a slot', () => {
  it('come and go', () => {
    const files = [file('a'), file('b/c')]
    expect(v.parse(runUnitValue, unitOf(buildModule({}), { files })).files).toEqual(files)
    expect(v.parse(unitRunValue, { ...run, files }).files).toEqual(files)
    expect('files' in v.parse(unitRunValue, run)).toBe(false)
  })

  it('are refused when they would land elsewhere or are too many', () => {
    const refuses = (files: unknown): void => {
      expect(v.safeParse(unitRunValue, { ...run, files }).success).toBe(false)
      expect(v.safeParse(runUnitValue, { ...unitOf(buildModule({})), files }).success).toBe(false)
    }
    for (const path of ['../a', '/a', 'a/../../b', '..\\a', 'a\0b', '']) refuses([file(path)])
    refuses([file('a'), file('a')])
    refuses([{ path: 'a', bytes: 'text' }])
    refuses(Array.from({ length: LIMITS.outputFiles + 1 }, (_, i) => file(String(i), 0)))
    refuses('files')
  })

  it('say what is wrong', () => {
    const { issues } = v.safeParse(unitRunValue, { ...run, files: [file('../a')] })
    expect(issues?.[0].message).toBe('not a path of a file: "../a"')
  })
})
