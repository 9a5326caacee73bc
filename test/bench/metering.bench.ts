import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { geomean, median, printReport } from '../support/bench-report.ts'
import { largeModule } from '../support/large-module.ts'
import { buildKernel, compilerVersion, KERNEL_NAMES, whyNoKernels } from './kernels/build.ts'
import { meteredKernel, plainKernel } from './kernels/run.ts'

/**
 * What metering costs: processor time of each kernel rewritten against the same module as the compiler made it, run
 * in turn on the slot program's own meter and WASI; and how long the rewriter takes for a large module.
 */
const RUNS = 7
const LARGE_BYTES = 14_000_000
const MODULE = { rewriterVersion: 1, memoryLimitBytes: 2 ** 28 }

const missing = whyNoKernels()
if (missing !== undefined) {
  console.log(`skipped: the kernels cannot be built (${missing})`)
  process.exit(0)
}
for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)

const ratios: number[] = []
for (const name of KERNEL_NAMES) {
  const kernel = buildKernel(name)
  const plain = plainKernel(kernel)
  const metered = await meteredKernel(kernel)
  // The first run compiles.
  plain()
  metered()
  const rounds = Array.from({ length: RUNS }, () => {
    const [without, with_] = [plain(), metered()]
    if (without.stdout !== with_.stdout) throw new Error(`${name} computes something else when metered`)
    return with_.seconds / without.seconds
  })
  const ratio = median(rounds)
  ratios.push(ratio)
  console.log(
    `${name.padEnd(8)} metered ${ratio.toFixed(3)} × plain (${rounds.map((r) => r.toFixed(3)).join(' ')})`,
  )
}

const large = largeModule(buildKernel('ll').module, LARGE_BYTES)
const rewriting: number[] = []
for (let run = 0; run < 5; run++) {
  const startMs = performance.now()
  await prepareModule(large, MODULE)
  rewriting.push(performance.now() - startMs)
}

const figures = {
  geomean: Number(geomean(ratios).toFixed(3)),
  worst: Number(Math.max(...ratios).toFixed(3)),
  rewriteMs: Math.round(median(rewriting)),
}
console.log(`geomean ${figures.geomean}, target 1.05; worst ${figures.worst}, target 1.15`)
console.log(`rewriting ${(large.length / 1e6).toFixed(0)} MB: ${figures.rewriteMs} ms, target 1500`)
printReport({ bench: 'metering', figures, versions: { v8: process.versions.v8, clang: compilerVersion() } })
