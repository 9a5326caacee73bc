import { readFile } from 'node:fs/promises'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { Slot } from '../../src-main/engine/ports.ts'
import { runUnit } from '../../src-main/slot/program/run-unit.ts'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { printing } from '../slot/apps.ts'
import { loadOf, moduleName, unitOf } from '../slot/units.ts'
import { median, printReport } from '../support/bench-report.ts'
import { builtDemo, builtFile } from '../support/build.ts'
import { launchDesktopSlots } from '../support/desktop-slots.ts'
import { HOSTILE_MODULES } from '../support/hostile-modules.ts'
import { cpuMs } from '../support/processes.ts'
import { startRawRunner, type RawRunner } from '../support/raw-runner.ts'

/**
 * A slot's own costs: a fresh instance with its WASI, how long a running thread takes to park when it is told to (in
 * the demo and in every endless module of the hostile corpus, so in each bulk operation and WASI call put in a loop),
 * and the same unit in the desktop's renderer and in the headless process, by turns.
 */
const INSTANCES = 2_000
const PAUSES = 100
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

/** Milliseconds from each request to the parked thread. */
async function pausesOf(
  { control, runner }: RawRunner,
  original: Uint8Array,
  args: string[] = [],
): Promise<number[]> {
  await runner.load(loadOf(original))
  control.beginUnit()
  const ended = runner.run(unitOf(original, { args, maxFuel: LIMITS.fuelPerUnit }))
  const unit = { over: false }
  const isOver = (): boolean => unit.over
  // It also ends, with an error, when its thread is ended.
  ended.then(
    () => (unit.over = true),
    () => (unit.over = true),
  )
  while (control.read().ticks === 0 && !isOver()) await rest(1)
  const took: number[] = []
  while (took.length < PAUSES && !isOver()) {
    // At any point of a quantum.
    await rest(1 + Math.random() * 4)
    const startMs = performance.now()
    const command = control.requestPause()
    // This thread has its own core: watching in a loop is more exact than any message.
    while (!control.isParkedFor(command) && performance.now() - startMs < 2_000);
    const tookMs = performance.now() - startMs
    control.requestResume()
    // Some programs that never end run out of their fuel all the same.
    await rest(0)
    if (control.isParkedFor(command) || !isOver()) took.push(tookMs)
  }
  return took
}

const rest = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Only kernels whose name contains the first plain argument, for whoever looks at one of them. */
const wanted = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? ''

async function pauses(): Promise<{
  readonly p50: number
  readonly worst: number
  readonly worstName: string
}> {
  const demo = new Uint8Array(await readFile(await builtDemo('mersenne')))
  const endless = HOSTILE_MODULES.filter(({ end }) => 'outcome' in end && end.outcome === 'out-of-fuel')
  const kernels: (readonly [string, Uint8Array, string[]])[] = [
    ['mersenne', demo, ['3', '20000']],
    ...endless.map(({ name, build }) => [name, build(), []] as [string, Uint8Array, string[]]),
  ]
  const all: number[] = []
  let worst = 0
  let worstName = ''
  for (const [name, original, args] of kernels.filter(([kernel]) => kernel.includes(wanted))) {
    // A thread of its own for each: the unit never ends.
    const raw = await startRawRunner()
    const took = await pausesOf(raw, original, args)
    await raw.close()
    if (took.length === 0) continue
    all.push(...took)
    const p99 = percentile(took, 0.99)
    if (p99 > 1)
      console.log(`  ${name}: p50 ${percentile(took, 0.5).toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
    if (p99 > worst) [worst, worstName] = [p99, name]
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

const renderer = await rendererAgainstNode()
const pause = await pauses()
const figures = {
  // Last: from here on this process has the slots' V8 flags, set by the runner threads.
  instanceMicros: Math.round(await instanceMicros()),
  pauseP50Ms: Number(pause.p50.toFixed(3)),
  pauseP99Ms: Number(pause.worst.toFixed(2)),
  rendererRatio: Number(renderer.ratio.toFixed(3)),
}
console.log(`instance + WASI + tiny unit: ${figures.instanceMicros} µs, target 200`)
console.log(`pause, all kernels, p50:     ${figures.pauseP50Ms} ms, target 0.1`)
console.log(`pause, worst kernel, p99:    ${figures.pauseP99Ms} ms (${pause.worstName}), target 10`)
console.log(
  `renderer against process:    ${figures.rendererRatio} (V8 ${renderer.versions.rendererV8 ?? ''} against ${process.versions.v8}), target 1.03 on equal V8`,
)
printReport({ bench: 'slot', figures, versions: renderer.versions })
