import { spawnSync } from 'node:child_process'
import { hex32, type ModuleHash } from '../../../src-main/domain/ids.ts'
import type { UnitRun } from '../../../src-main/domain/outcome.ts'
import { runUnit, type UnitCheckpoints } from '../../../src-main/slot/program/run-unit.ts'
import { snapshotIdentity } from '../../../src-main/slot/program/snapshot/unit-identity.ts'
import { UnitEnd } from '../../../src-main/slot/program/unit-end.ts'
import { createWasi } from '../../../src-main/slot/program/wasi/wasi.ts'
import { prepareModule } from '../../../src-main/toolchain/index.ts'
import type { BuiltKernel } from './build.ts'

export interface KernelRun {
  /** Processor time of the calculation, without start and compilation. */
  readonly seconds: number
  readonly stdout: string
}
/** A kernel ready to run: each call is one run, in a fresh instance where it is a module. */
export type RunKernel = () => KernelRun

const MODULE = { rewriterVersion: 1, memoryLimitBytes: 2 ** 30 }
const SEED = new Uint8Array(32)
const STDIN = new Uint8Array()
const OUTPUT_BYTES = 65_536

export function nativeKernel({ nativePath, args }: BuiltKernel): RunKernel {
  return () => {
    const { stdout, stderr } = spawnSync(nativePath, args, { encoding: 'utf8' })
    const seconds = /^seconds ([\d.]+)$/m.exec(stderr)?.[1]
    if (seconds === undefined) throw new Error(`${nativePath} failed: ${stderr}`)
    return { seconds: Number(seconds), stdout }
  }
}

/** The module as clang made it, unmetered, on the slot program's WASI. */
export function plainKernel({ module: bytes, args }: BuiltKernel): RunKernel {
  const module = new WebAssembly.Module(bytes)
  return () => {
    const charge = (): void => undefined
    const quiet = { charge, fuelUsed: () => 0n }
    const init = { args, stdin: STDIN, seed: SEED, maxOutputBytes: OUTPUT_BYTES, preopens: [], ...quiet }
    const wasi = createWasi(init)
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: { ...wasi.imports } })
    wasi.attach(instance.exports['memory'] as WebAssembly.Memory)
    const seconds = processorSeconds(() => {
      try {
        ;(instance.exports['_start'] as () => void)()
      } catch (error) {
        if (!(error instanceof UnitEnd)) throw error
      }
    })
    return { seconds, stdout: new TextDecoder().decode(wasi.stdout()) }
  }
}

/**
 * The kernel as a slot runs it: rewritten, with the slot program's own meter and WASI, on this thread. With checkpoints
 * it could be saved at any time, and is not.
 */
export async function meteredKernel(
  { name, module: original, args }: BuiltKernel,
  { checkpoint = false } = {},
): Promise<RunKernel> {
  const { bytes, moduleHash, rewrittenHash } = await prepareModule(original, { ...MODULE, checkpoint })
  const module = new WebAssembly.Module(bytes)
  const unit = {
    run: 1,
    module: { ...MODULE, moduleHash: hex32<ModuleHash>(moduleHash) },
    args,
    stdin: STDIN,
    seed: SEED,
    maxFuel: 10n ** 14n,
    maxOutputBytes: OUTPUT_BYTES,
  }
  const silent = { module, onTick: () => undefined, onProgress: () => undefined }
  const checkpoints: UnitCheckpoints = {
    identity: await snapshotIdentity(unit, rewrittenHash),
    isWanted: () => false,
    read: () => ({ computedMs: 0 }),
    onSaved: () => undefined,
  }
  return () => {
    let run: UnitRun | undefined
    const seconds = processorSeconds(() => {
      run = runUnit(unit, checkpoint ? { ...silent, checkpoints } : silent)
    })
    if (run?.outcome !== 'ok') throw new Error(`${name}: ${run?.outcome ?? ''}, ${run?.reason ?? ''}`)
    return { seconds, stdout: new TextDecoder().decode(run.stdout) }
  }
}

/** Processor time of this thread alone: other programs on the machine do not count. */
function processorSeconds(action: () => void): number {
  const before = process.threadCpuUsage()
  action()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1e6
}
