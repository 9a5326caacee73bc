import { setFlagsFromString } from 'node:v8'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { geomean, median, printReport } from '../support/bench-report.ts'
import { buildKernel, compilerVersion, KERNEL_NAMES, whyNoKernels } from './kernels/build.ts'
import { meteredKernel, nativeKernel } from './kernels/run.ts'

/**
 * How near to native speed units run: processor time of each kernel, metered as in a slot, against the same source
 * compiled for this machine by clang -O3, run in turn.
 */
const RUNS = 7

const missing = whyNoKernels()
if (missing !== undefined) {
  console.log(`skipped: the kernels cannot be built (${missing})`)
  process.exit(0)
}
for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)

const ratios: number[] = []
for (const name of KERNEL_NAMES) {
  const kernel = buildKernel(name)
  const native = nativeKernel(kernel)
  const metered = await meteredKernel(kernel)
  // The first run compiles.
  native()
  metered()
  const rounds = Array.from({ length: RUNS }, () => {
    const [here, there] = [native(), metered()]
    if (here.stdout !== there.stdout) throw new Error(`${name} prints something else in a slot`)
    return there.seconds / here.seconds
  })
  const ratio = median(rounds)
  ratios.push(ratio)
  console.log(
    `${name.padEnd(8)} metered ${ratio.toFixed(3)} × native (${rounds.map((r) => r.toFixed(3)).join(' ')})`,
  )
}

const figures = { meteredGeomean: Number(geomean(ratios).toFixed(3)) }
console.log(`geomean ${figures.meteredGeomean}, target 1.10`)
printReport({ bench: 'kernels', figures, versions: { v8: process.versions.v8, clang: compilerVersion() } })
