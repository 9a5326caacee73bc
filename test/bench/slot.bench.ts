import { readFile } from 'node:fs/promises'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { Slot } from '../../src-main/engine/ports.ts'
import { runUnit } from '../../src-main/slot/program/run-unit.ts'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { printing } from '../slot/apps.ts'
import { loadOf, moduleName, unitOf } from '../slot/units.ts'
import { median, printReport } from '../support/bench-report.ts'
import { builtDemo, builtFile } from '../support/build.ts'
import { launchDesktopSlots } from '../support/desktop-slots.ts'
import { cpuMs } from '../support/processes.ts'
import { pauseCases } from './slot/pause-cases.ts'
import { pausesOf } from './slot/pauses.ts'
import { pausesWhileSaving } from './slot/snapshot-pauses.ts'

/**
 * A slot's own costs: a fresh instance with its WASI, how long a running thread takes to park when it is told to, and
 * the same unit in the desktop's renderer and in the headless process, by turns. With a part of a program's name as
 * argument, only the pauses of such programs; with `snapshots`, only those of a unit that is being saved.
 */
const INSTANCES = 2_000
const INTERLEAVED = 5
/** A unit of the demo of about two seconds. */
const DEMO_ARGS = ['18', '500']

async function instanceMicros(): Promise<number> {
  const original = printing('hello')
  const prepared = await prepareModule(original, moduleName(original))
  const module = new WebAssembly.Module(prepared.bytes)
  const unit = unitOf(original)
  const once = (): number => {
    const startMs = performance.now()
    const { outcome } = runUnit(unit, { module, onTick: () => undefined, onProgress: () => undefined })
    if (outcome !== 'ok') throw new Error(`the tiny unit ended with ${outcome}`)
    return (performance.now() - startMs) * 1000
  }
  return median(Array.from({ length: INSTANCES }, once))
}

/** The first plain argument. */
const wanted = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? ''

interface Pauses {
  readonly p50: number
  /** The 99th percentile of the program for which that is the longest, and its name. */
  readonly worst: number
  readonly worstName: string
}

async function pauses(): Promise<Pauses> {
  const cases = (await pauseCases()).filter(({ name }) => name.includes(wanted))
  const all: number[] = []
  let worst = 0
  let worstName = ''
  for (const program of cases) {
    const took = await pausesOf(program)
    if (took.length === 0) console.log(`  ${program.name}: ended before it could be paused`)
    if (took.length === 0) continue
    all.push(...took)
    const p99 = percentile(took, 0.99)
    if (p99 > 1 || wanted !== '')
      console.log(
        `  ${program.name}: p50 ${percentile(took, 0.5).toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ` +
          `worst ${Math.max(...took).toFixed(2)} ms of ${String(took.length)}`,
      )
    if (p99 > worst) [worst, worstName] = [p99, program.name]
  }
  return { p50: percentile(all, 0.5), worst, worstName }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/**
 * Processor time of the demo unit in a window, as a multiple of that in a process, and who ran it. Not wall time: what
 * else the machine does holds the two up differently.
 */
async function rendererAgainstNode(): Promise<{
  readonly ratio: number
  readonly versions: Record<string, string>
}> {
  const demo = new Uint8Array(await readFile(await builtDemo('mersenne')))
  const display = await startVirtualDisplay()
  const desktop = await launchDesktopSlots({ display: display.env })
  const programPath = await builtFile('main/slot-node-host.js')
  const hosts = [
    await desktop.openHost(),
    await createNodeSlotHost({ execPath: process.execPath, programPath }),
  ]
  const slots = await Promise.all(hosts.map((host) => host.open(0)))
  const timed = async (slot: Slot): Promise<number> => {
    const startMs = cpuMs(slot.pid)
    const { outcome } = await slot.run(unitOf(demo, { args: DEMO_ARGS }))
    if (outcome !== 'ok') throw new Error(`the demo unit ended with ${outcome}`)
    return cpuMs(slot.pid) - startMs
  }
  for (const slot of slots) {
    await slot.load(loadOf(demo))
    await timed(slot)
  }
  const times: number[][] = slots.map(() => [])
  for (let round = 0; round < INTERLEAVED; round++)
    for (const [index, slot] of slots.entries()) times[index]?.push(await timed(slot))
  const versions = await desktop.app.electron.evaluate(() => ({
    electron: process.versions.electron,
    rendererV8: process.versions.v8,
  }))
  for (const host of hosts) await host.close()
  await desktop.close()
  await display.stop()
  const [inWindow = 0, inProcess = 1] = times.map(median)
  console.log(`renderer ${inWindow.toFixed(0)} ms, process ${inProcess.toFixed(0)} ms`)
  return { ratio: inWindow / inProcess, versions: { ...versions, nodeV8: process.versions.v8 } }
}

/** The 95th percentile of the pauses, which is nearly the longest of so few. */
async function savingPauses(): Promise<number> {
  const { pauseMs, snapshotMs, lateMs } = await pausesWhileSaving()
  console.log(
    `pause while 120 MiB are saved: p50 ${percentile(pauseMs, 0.5).toFixed(1)} ms, ` +
      `p95 ${percentile(pauseMs, 0.95).toFixed(1)} ms, worst ${Math.max(...pauseMs).toFixed(1)} ms; ` +
      `saving ${median(snapshotMs).toFixed(0)} ms (${String(snapshotMs.length)}), ` +
      `the asking process held up for ${lateMs.toFixed(0)} ms`,
  )
  return percentile(pauseMs, 0.95)
}

if (wanted === 'snapshots') {
  await savingPauses()
  process.exit()
}
if (wanted !== '') {
  await pauses()
  process.exit()
}
const renderer = await rendererAgainstNode()
const pause = await pauses()
const savingP95 = await savingPauses()
const figures = {
  // Last: from here on this process has the slots' V8 flags, set by the runner threads.
  instanceMicros: Math.round(await instanceMicros()),
  pauseP50Ms: Number(pause.p50.toFixed(3)),
  pauseP99Ms: Number(pause.worst.toFixed(2)),
  rendererRatio: Number(renderer.ratio.toFixed(3)),
  pauseWhileSavingP95Ms: Number(savingP95.toFixed(1)),
}
console.log(`instance + WASI + tiny unit: ${figures.instanceMicros} µs, target 200`)
console.log(`pause, all kernels, p50:     ${figures.pauseP50Ms} ms, target 0.1`)
console.log(`pause, worst kernel, p99:    ${figures.pauseP99Ms} ms (${pause.worstName}), target 10`)
console.log(
  `renderer against process:    ${figures.rendererRatio} (V8 ${renderer.versions.rendererV8 ?? ''} against ${process.versions.v8}), target 1.03 on equal V8`,
)
printReport({ bench: 'slot', figures, versions: renderer.versions })
