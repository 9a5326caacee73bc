import { readFileSync } from 'node:fs'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { printReport } from '../support/bench-report.ts'
import { commandSwarm, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { launchApp, type LaunchedApp } from '../support/launch-app.ts'
import { childrenOf, cpuMs } from '../support/processes.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * What donating costs beside the science: processor time of the desktop app without its slots, per unit where units
 * are tiny, and as a share of all that is donated where they are long. A real publisher and a second donor on this
 * machine; only the app's own processes are counted.
 */
const SMALL_UNITS = 400
const WARM_UNITS = 100
const LONG_MS = 30_000

interface Spent {
  readonly shellMs: number
  readonly slotMs: number
}

/** Processor time so far: of Electron and engine, and of the windows that compute. */
function spent(app: LaunchedApp): Spent {
  let [shellMs, slotMs] = [cpuMs(app.pid), 0]
  for (const pid of childrenOf(app.pid))
    if (isSlot(pid)) slotMs += cpuMs(pid)
    else shellMs += cpuMs(pid)
  return { shellMs, slotMs }
}

/** No window but the slots' is open in this bench. */
function isSlot(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('--type=renderer')
  } catch {
    // It ended while it was looked at.
    return false
  }
}

const display = await startVirtualDisplay()

/** The app as an idle machine's donor in this swarm, computing. */
async function computingApp(swarm: CommandSwarm): Promise<LaunchedApp> {
  const home = swarm.home('app')
  const app = await launchApp({ display: display.env, home })
  const asked = (...args: string[]): Promise<unknown> =>
    waitUntil('the engine', () => swarm.answer('app', 'donor', ...args).catch(() => undefined), 20_000)
  await asked('set', 'idleSeconds=1', 'screensaver=false', 'cores=1')
  await asked('join', swarm.link)
  await waitUntil('computing', async () => (await swarm.donor('app')).phases.includes('running'), 60_000)
  return app
}

async function perSmallUnit(): Promise<number> {
  const swarm = await commandSwarm({ units: SMALL_UNITS, exponents: 5 })
  try {
    const publisher = await swarm.serve()
    await swarm.donate('headless')
    const app = await computingApp(swarm)
    await publisher.line(verifiedAtLeast(WARM_UNITS))
    const [from, fromUnits] = [spent(app), (await swarm.donor('app')).unitsVerified]
    await publisher.line(verifiedAtLeast(SMALL_UNITS - 10))
    const [to, toUnits] = [spent(app), (await swarm.donor('app')).unitsVerified]
    await app.close()
    console.log(
      `${String(toUnits - fromUnits)} small units: ${String(to.shellMs - from.shellMs)} ms of engine and shell`,
    )
    return (to.shellMs - from.shellMs) / (toUnits - fromUnits)
  } finally {
    await swarm.close()
  }
}

async function efficiency(): Promise<number> {
  const swarm = await commandSwarm({ units: 40, exponents: 2000 })
  try {
    await swarm.serve()
    const app = await computingApp(swarm)
    const from = spent(app)
    await new Promise((done) => setTimeout(done, LONG_MS))
    const to = spent(app)
    await app.close()
    const [shellMs, slotMs] = [to.shellMs - from.shellMs, to.slotMs - from.slotMs]
    console.log(
      `${String(LONG_MS / 1000)} s of long units: ${String(slotMs)} ms in slots, ${String(shellMs)} ms beside them`,
    )
    return (100 * slotMs) / (slotMs + shellMs)
  } finally {
    await swarm.close()
  }
}

const figures = {
  cpuMsPerUnit: Number((await perSmallUnit()).toFixed(2)),
  efficiencyPercent: Number((await efficiency()).toFixed(2)),
}
await display.stop()
console.log(`engine and shell per small unit: ${figures.cpuMsPerUnit} ms, target 1`)
console.log(`of donated time to units:        ${figures.efficiencyPercent} %, target 99.5`)
printReport({ bench: 'overhead', figures, versions: { electron: electronRuntime()?.version ?? 'none' } })
