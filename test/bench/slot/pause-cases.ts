import { readFile } from 'node:fs/promises'
import { MIB } from '../../../src-main/domain/units.ts'
import { builtDemo } from '../../support/build.ts'
import { HOSTILE_MODULES } from '../../support/hostile-modules.ts'
import { buildKernel, KERNEL_NAMES, whyNoKernels, type KernelName } from '../kernels/build.ts'

/** A program that is told to pause, over and over, while it runs. */
export interface PauseCase {
  readonly name: string
  readonly original: Uint8Array
  readonly args: readonly string[]
  /** Share of the time that its slot may compute, 0..1. */
  readonly cpuShare: number
}

/** What each kernel of the case may use; the largest takes 61 MB. */
export const CASE_MEMORY_BYTES = 256 * MIB

/** Sizes that keep a kernel busy for long; it is started again where it ends all the same. */
const ENDLESS_ARGS = {
  ll: ['110503'],
  queens: ['20'],
  sha256d: ['4000000000'],
  nbody: ['8192', '100000'],
  matmul: ['1600'],
  mandel: ['8000', '100000'],
  sieve: ['50000000'],
  golomb: ['20', '120'],
  vm: ['2000000000'],
} as const satisfies Record<KernelName, readonly string[]>

/**
 * The demo at full speed and throttled, every kernel, and every endless module of the hostile corpus: each bulk
 * operation and each WASI call put in a loop. Without a compiler the kernels are left out, and that is said.
 */
export async function pauseCases(): Promise<readonly PauseCase[]> {
  const demo = new Uint8Array(await readFile(await builtDemo('mersenne')))
  const demoCase = { original: demo, args: ['3', '20000'] }
  const missing = whyNoKernels()
  if (missing !== undefined) console.log(`  without the kernels: they cannot be built (${missing})`)
  const endless = HOSTILE_MODULES.filter(({ end }) => 'outcome' in end && end.outcome === 'out-of-fuel')
  return [
    { name: 'mersenne', ...demoCase, cpuShare: 1 },
    { name: 'mersenne at a third of the speed', ...demoCase, cpuShare: 1 / 3 },
    ...(missing === undefined ? KERNEL_NAMES : []).map((name) => ({
      name: `kernel ${name}`,
      original: buildKernel(name).module,
      args: ENDLESS_ARGS[name],
      cpuShare: 1,
    })),
    ...endless.map(({ name, build }) => ({ name, original: build(), args: [], cpuShare: 1 })),
  ]
}
