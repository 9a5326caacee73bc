import { createHash } from 'node:crypto'
import type { LoadModule, ModuleName, RunUnit } from '../../src-main/contracts/slot.ts'
import { hex32, type ModuleHash } from '../../src-main/domain/ids.ts'
import { MIB } from '../../src-main/domain/units.ts'
import { REWRITER_VERSION } from '../../src-main/toolchain/index.ts'

export function moduleName(original: Uint8Array, memoryLimitBytes = 16 * MIB): ModuleName {
  const moduleHash = hex32<ModuleHash>(createHash('sha256').update(original).digest('hex'))
  return { moduleHash, rewriterVersion: REWRITER_VERSION, memoryLimitBytes }
}

export function loadOf(original: Uint8Array, more: Partial<LoadModule> = {}): LoadModule {
  return { module: moduleName(original), original, ...more }
}

/** A unit of `original` with ample limits. */
export function unitOf(original: Uint8Array, more: Partial<RunUnit> = {}): RunUnit {
  return {
    run: 1,
    module: moduleName(original),
    args: [],
    stdin: new Uint8Array(),
    seed: new Uint8Array(32),
    maxFuel: 1_000_000_000_000n,
    maxOutputBytes: 64 * 1024,
    ...more,
  }
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
