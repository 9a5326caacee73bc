import { setFlagsFromString } from 'node:v8'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { geomean, median, printReport } from '../support/bench-report.ts'
import { buildKernel, compilerVersion, KERNEL_NAMES, whyNoKernels } from './kernels/build.ts'
import { meteredKernel, nativeKernel } from './kernels/run.ts'

/**
 * How near to native speed units run: processor time of each kernel, metered as in a slot, without and with checkpoints, against the same source
 * compiled for this machine by clang -O3, run in turn.
 */
const RUNS = 7

const missing = whyNoKernels()
if (missing !== undefined) {
  console.log(`skipped: the kernels cannot be built (${missing})`)
  process.exit(0)
}
for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)

const ratios = { metered: [] as number[], checkpoint: [] as number[] }
for (const name of KERNEL_NAMES) {
  const kernel = buildKernel(name)
  const native = nativeKernel(kernel)
  const metered = await meteredKernel(kernel)
  const checkpoint = await meteredKernel(kernel, { checkpoint: true })
  // The first run compiles.
  for (const run of [native, metered, checkpoint]) run()
  const rounds = Array.from({ length: RUNS }, () => {
    const [here, there, savable] = [native(), metered(), checkpoint()]
    if (here.stdout !== there.stdout || here.stdout !== savable.stdout)
      throw new Error(`${name} prints something else in a slot`)
    return { metered: there.seconds / here.seconds, checkpoint: savable.seconds / here.seconds }
  })
  for (const kind of ['metered', 'checkpoint'] as const) {
    const found = rounds.map((round) => round[kind])
    ratios[kind].push(median(found))
    const all = found.map((ratio) => ratio.toFixed(3)).join(' ')
    console.log(`${name.padEnd(8)} ${kind.padEnd(10)} ${median(found).toFixed(3)} × native (${all})`)
  }
}

const figures = {
  meteredGeomean: Number(geomean(ratios.metered).toFixed(3)),
  checkpointGeomean: Number(geomean(ratios.checkpoint).toFixed(3)),
}
console.log(`geomean ${figures.meteredGeomean}, target 1.10`)
console.log(`geomean with checkpoints ${figures.checkpointGeomean}, target 1.15`)
printReport({ bench: 'kernels', figures, versions: { v8: process.versions.v8, clang: compilerVersion() } })
