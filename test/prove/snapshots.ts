import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { errorCode } from '../../src-main/domain/errors.ts'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { SlotHost } from '../../src-main/engine/ports.ts'
import { FORGED_APPS, savedInSlot, tryForged } from '../slot/forged-cases.ts'
import { openTrial } from '../slot/slot-trial.ts'
import { builtFile } from '../support/build.ts'
import { launchDesktopSlots } from '../support/desktop-slots.ts'
import { randomSavableApp } from '../support/random-module/random-module.ts'

/**
 * Snapshots forged with right checksums: each has its unit start over or go on within its limits, and its slot lives on.
 * `npm run prove -- snapshots [APPS]` tries so many random apps, and some fixed ones, in a slot process; each with
 * some hundred forged snapshots. It goes on where the results file ends; what went wrong once is tried again first.
 * `--windows SAMPLE` tries so many of the apps in a slot window as well.
 */
const FORGED = 300
const { values, positionals } = parseArgs({
  options: { windows: { type: 'string' } },
  allowPositionals: true,
})
const count = Number(positionals[0] ?? 1_000)
const sample = Number(values.windows ?? 0)
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(sample) || sample < 0) {
  console.error('usage: npm run prove -- snapshots [APPS] [--windows SAMPLE]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'snapshots.jsonl')
mkdirSync(dirname(results), { recursive: true })

type HostName = 'process' | 'window'
/** One app, tried with the forgeries of seeds 0..`forged` - 1. */
interface Line {
  readonly host: HostName
  readonly app: number
  readonly forged: number
  readonly ends: Readonly<Record<string, number>>
  readonly faults: readonly { readonly seed: number; readonly fault: string }[]
}

const lines = (existsSync(results) ? readFileSync(results, 'utf8') : '')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Line)

let faults = 0
const programPath = await builtFile('main/slot-node-host.js')
const processes = await createNodeSlotHost({ execPath: process.execPath, programPath })
await retryKept(processes)
await tryApps('process', processes, count)
await processes.close()
if (sample > 0) await inWindows()
process.exitCode = faults === 0 ? 0 : 1

async function inWindows(): Promise<void> {
  if (electronRuntime() === undefined) {
    console.log('windows skipped: no Electron runs on this machine')
    return
  }
  const display = await startVirtualDisplay()
  const desktop = await launchDesktopSlots({ display: display.env })
  const host = await desktop.openHost()
  await tryApps('window', host, sample)
  await host.close()
  await desktop.close()
  await display.stop()
}

/** What once went wrong, with its own seeds alone. */
async function retryKept(host: SlotHost): Promise<void> {
  const kept = new Map(lines.filter(({ faults }) => faults.length > 0).map((line) => [line.app, line.faults]))
  for (const [app, failed] of kept) {
    const seeds = failed.map(({ seed }) => seed)
    const again = await tryApp(host, app, seeds)
    console.log(`app ${app}, which once failed: ${again?.faults.map(({ fault }) => fault).join() || 'fine'}`)
  }
}

async function tryApps(name: HostName, host: SlotHost, until: number): Promise<void> {
  const done = lines.filter((line) => line.host === name)
  faults += done.reduce((sum, line) => sum + line.faults.length, 0)
  let tried = done.reduce((sum, line) => sum + line.forged, 0)
  for (let app = done.reduce((next, line) => Math.max(next, line.app + 1), 0); app < until; app++) {
    const found = await tryApp(
      host,
      app,
      Array.from({ length: FORGED }, (_, seed) => app * FORGED + seed),
    )
    if (found === undefined) continue
    appendFileSync(results, `${JSON.stringify({ host: name, app, ...found })}\n`)
    for (const { seed, fault } of found.faults) console.log(`app ${app}, seed ${seed}: ${fault}`)
    faults += found.faults.length
    tried += found.forged
    if ((app + 1) % 50 === 0)
      console.log(`${name}: ${app + 1} of ${until} apps, ${tried} forged, ${faults} wrong`)
  }
  console.log(`${name}: ${tried} forged snapshots, ${faults} wrong`)
}

/** Undefined for an app that cannot be saved. */
async function tryApp(
  host: SlotHost,
  app: number,
  seeds: readonly number[],
): Promise<Omit<Line, 'host' | 'app'> | undefined> {
  const original = FORGED_APPS[app] ?? randomSavableApp(app - FORGED_APPS.length)
  const ends: Record<string, number> = {}
  const wrong: { seed: number; fault: string }[] = []
  let trial = await openTrial(host)
  try {
    const saved = await savedInSlot(trial, original)
    const { snapshot } = saved
    if (snapshot === undefined) return undefined
    for (const seed of seeds) {
      const { end, fault } = await tryForged(trial.slot, { ...saved, snapshot }, seed)
      ends[end] = (ends[end] ?? 0) + 1
      if (fault === undefined) continue
      wrong.push({ seed, fault })
      if (end !== 'slot-failed') continue
      trial = await openTrial(host)
      await savedInSlot(trial, original)
    }
    return { forged: seeds.length, ends, faults: wrong }
  } catch (error) {
    if (errorCode(error) !== 'module-refused') throw error
    return undefined
  } finally {
    await trial.slot.kill()
  }
}
