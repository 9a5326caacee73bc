import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src-main/slot/program/snapshot/snapshot-format.ts'
import { createWasi } from '../../src-main/slot/program/wasi/wasi.ts'
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
const SNAPSHOT_BYTES = 48 * 2 ** 20
const MODULE = { rewriterVersion: 1, memoryLimitBytes: 2 ** 28 }

const missing = whyNoKernels()
if (missing !== undefined) {
  console.log(`skipped: the kernels cannot be built (${missing})`)
  process.exit(0)
}
for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)

const ratios: number[] = []
const savableRatios: number[] = []
for (const name of KERNEL_NAMES) {
  const kernel = buildKernel(name)
  const plain = plainKernel(kernel)
  const metered = await meteredKernel(kernel)
  const savable = await meteredKernel(kernel, { checkpoint: true })
  // The first run compiles.
  for (const run of [plain, metered, savable]) run()
  const rounds = Array.from({ length: RUNS }, () => {
    const [without, with_, saved] = [plain(), metered(), savable()]
    if (without.stdout !== with_.stdout || without.stdout !== saved.stdout)
      throw new Error(`${name} computes something else when metered`)
    return [with_.seconds / without.seconds, saved.seconds / without.seconds] as const
  })
  const [ratio, savableRatio] = [median(rounds.map(([r]) => r)), median(rounds.map(([, r]) => r))]
  ratios.push(ratio)
  savableRatios.push(savableRatio)
  const all = rounds.map(([r]) => r.toFixed(3)).join(' ')
  console.log(
    `${name.padEnd(8)} metered ${ratio.toFixed(3)} × plain (${all}), with checkpoints ${savableRatio.toFixed(3)}`,
  )
}

const large = largeModule(buildKernel('ll').module, LARGE_BYTES)
const rewriting: number[] = []
for (let run = 0; run < 5; run++) {
  const startMs = performance.now()
  await prepareModule(large, MODULE)
  rewriting.push(performance.now() - startMs)
}

const snapshot = snapshotTimes(SNAPSHOT_BYTES)
const figures = {
  geomean: Number(geomean(ratios).toFixed(3)),
  checkpointGeomean: Number(geomean(savableRatios).toFixed(3)),
  saveMs: Math.round(median(snapshot.map(({ saveMs }) => saveMs))),
  readMs: Math.round(median(snapshot.map(({ readMs }) => readMs))),
  worst: Number(Math.max(...ratios).toFixed(3)),
  rewriteMs: Math.round(median(rewriting)),
}
console.log(`geomean ${figures.geomean}, target 1.05; worst ${figures.worst}, target 1.15`)
console.log(`with checkpoints ${figures.checkpointGeomean}, target 1.10`)
console.log(`a snapshot of 48 MiB in use: saved in ${figures.saveMs} ms, read in ${figures.readMs} ms`)
console.log(`rewriting ${(large.length / 1e6).toFixed(0)} MB: ${figures.rewriteMs} ms, target 1500`)
printReport({ bench: 'metering', figures, versions: { v8: process.versions.v8, clang: compilerVersion() } })

/** Encoding and decoding a unit's state, which is all that stops it but for writing its stack. */
function snapshotTimes(bytes: number): { readonly saveMs: number; readonly readMs: number }[] {
  const memory = new ArrayBuffer(bytes)
  new Uint8Array(memory).fill(1)
  const identity = { module: new Uint8Array(32), unit: new Uint8Array(32) }
  const wasi = createWasi({
    args: [],
    stdin: new Uint8Array(),
    preopens: [],
    seed: new Uint8Array(32),
    maxOutputBytes: 0,
    charge: () => undefined,
    fuelUsed: () => 0n,
  }).save()
  return Array.from({ length: RUNS }, () => {
    const startMs = performance.now()
    const saved = encodeSnapshot(identity, { fuel: 0n, computedMs: 0, memory, stack: new Uint8Array(), wasi })
    const savedMs = performance.now()
    if (saved === undefined) throw new Error('too large to be saved')
    decodeSnapshot(saved, identity)
    return { saveMs: savedMs - startMs, readMs: performance.now() - savedMs }
  })
}
