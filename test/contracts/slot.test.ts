import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { loadedModuleValue, unitRunValue, type LoadedModule } from '../../src-main/contracts/slot.ts'
import { hex32 } from '../../src-main/domain/ids.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'

const run: UnitRun = {
  outcome: 'ok',
  exitCode: 0,
  fuel: 5n,
  stdout: new Uint8Array(LIMITS.outputBytes),
  stderr: new Uint8Array(),
}
const loaded: LoadedModule = {
  rewrittenHash: hex32('ab'.repeat(32)),
  permissions: {
    imports: ['wasi_snapshot_preview1.fd_write'],
    files: false,
    network: false,
    clock: 'virtual',
    random: 'none',
    memoryLimitBytes: 65_536,
    functions: 3,
    sizeBytes: 100,
  },
  prepareMs: 1.5,
}

describe('what a slot answers about a unit', () => {
  it.each<[string, Partial<UnitRun>]>([
    ['success', {}],
    ['a failure of the unit', { outcome: 'exit-nonzero', exitCode: 7 }],
    ['a trap', { outcome: 'trap', exitCode: 0, reason: 'unreachable' }],
    ['a unit that used all its fuel', { outcome: 'out-of-fuel', fuel: LIMITS.fuelPerUnit }],
  ])('is taken: %s', (_what, change) => {
    expect(v.parse(unitRunValue, { ...run, ...change })).toEqual({ ...run, ...change })
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['an outcome that there is not', { outcome: 'verified' }],
    ['an exit code that no system has', { outcome: 'exit-nonzero', exitCode: 256 }],
    ['an exit code that contradicts the outcome', { exitCode: 1 }],
    ['a failure without its exit code', { outcome: 'exit-nonzero' }],
    ['negative fuel', { fuel: -1n }],
    ['more fuel than any unit has', { fuel: LIMITS.fuelPerUnit + 1n }],
    ['fuel that is no bigint', { fuel: 5 }],
    ['too much output', { stdout: new Uint8Array(LIMITS.outputBytes + 1) }],
    ['output that is no bytes', { stdout: 'text' }],
    ['a novel for a reason', { reason: 'x'.repeat(LIMITS.reasonChars + 1) }],
  ])('is refused: %s', (_what, change) => {
    expect(v.safeParse(unitRunValue, { ...run, ...change }).success).toBe(false)
  })
})

describe('what a slot answers about a module', () => {
  it('is taken when it is complete', () => {
    expect(v.parse(loadedModuleValue, loaded)).toEqual(loaded)
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a hash that is none', { rewrittenHash: 'ab' }],
    ['a time that is none', { prepareMs: Number.NaN }],
    ['no permissions', { permissions: undefined }],
    ['permissions that grant the network', { permissions: { ...loaded.permissions, network: true } }],
    ['imports without end', { permissions: { ...loaded.permissions, imports: new Array(2000).fill('x') } }],
  ])('is refused: %s', (_what, change) => {
    expect(v.safeParse(loadedModuleValue, { ...loaded, ...change }).success).toBe(false)
  })
})
