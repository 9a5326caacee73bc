import type { UnitRun } from '../../../src-main/domain/outcome.ts'
import { MIB } from '../../../src-main/domain/units.ts'
import { runUnit } from '../../../src-main/slot/program/run-unit.ts'
import { UnitEnd } from '../../../src-main/slot/program/unit-end.ts'
import { createWasi, type Preopen } from '../../../src-main/slot/program/wasi/wasi.ts'
import { prepareModule, REWRITER_VERSION } from '../../../src-main/toolchain/index.ts'
import { unitOf } from '../../slot/units.ts'
import type { WasiCase } from './cases.ts'

const MEMORY_LIMIT_BYTES = 256 * MIB
const MAX_FUEL = 100_000_000_000n

type Ended = Pick<UnitRun, 'exitCode' | 'stdout' | 'stderr' | 'reason'>

/** Runs the module as it is, with the slot's WASI but without its meter. Says what is wrong, or nothing. */
export function runOriginal(test: WasiCase): string | undefined {
  let fuel = 0n
  const wasi = createWasi({
    ...unitOf(test.module, { args: test.args }),
    ...surroundings(test),
    charge: (amount) => {
      fuel += BigInt(amount)
      if (fuel > MAX_FUEL) throw new UnitEnd('out-of-fuel', 'too many calls')
    },
    fuelUsed: () => fuel,
  })
  const ended = (exitCode: number | undefined, reason?: string): Ended => ({
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
    stdout: wasi.stdout(),
    stderr: wasi.stderr(),
  })
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(test.module), {
      wasi_snapshot_preview1: { ...wasi.imports },
    })
    wasi.attach(exports['memory'] as WebAssembly.Memory)
    ;(exports['_start'] as () => void)()
    return judge(test, ended(0))
  } catch (error) {
    if (error instanceof UnitEnd) return judge(test, ended(error.exitCode, error.message))
    return judge(test, ended(undefined, error instanceof Error ? error.message : String(error)))
  }
}

/** Runs the module as every donor does: checked, rewritten, metered. Says what is wrong, or nothing. */
export async function runRewritten(test: WasiCase): Promise<string | undefined> {
  const { bytes } = await prepareModule(test.module, {
    rewriterVersion: REWRITER_VERSION,
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
  })
  return judge(
    test,
    runUnit(unitOf(test.module, { args: test.args, maxFuel: MAX_FUEL }), {
      module: new WebAssembly.Module(bytes),
      surroundings: surroundings(test),
      onTick: () => undefined,
      onProgress: () => undefined,
    }),
  )
}

function surroundings({ root, environment }: WasiCase): {
  preopens: Preopen[]
  environment: readonly string[]
} {
  return { preopens: root === undefined ? [] : [{ path: '/', isWritable: true, files: root }], environment }
}

function judge(test: WasiCase, ended: Ended): string | undefined {
  const stderr = new TextDecoder().decode(ended.stderr)
  if (ended.exitCode !== test.exitCode)
    return `ended with ${ended.exitCode === undefined ? (ended.reason ?? 'nothing') : `exit code ${String(ended.exitCode)}`}: ${stderr.trim()}`
  if (test.stdout !== undefined && new TextDecoder().decode(ended.stdout) !== test.stdout)
    return 'printed something else'
  if (test.stderr !== undefined && stderr !== test.stderr) return 'printed other errors'
  return undefined
}
