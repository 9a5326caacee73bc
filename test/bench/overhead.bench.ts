import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import { printReport } from '../support/bench-report.ts'
import { commandSwarm, type CommandSwarm, type CommandSwarmInit } from '../support/command-swarm.ts'
import { launchPlainApp, type PlainApp } from '../support/launch-plain-app.ts'
import { costsBetween, processCosts, type ProcessCosts } from '../support/process-costs.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * What donating costs beside the science: processor time of the desktop app without its slots, per unit where units
 * are tiny, and as a share of all that is donated where they are long. The app runs as a person starts it, no debugger
 * attached and no window open, and is asked nothing while it is measured. The publisher is another process.
 */
const SMALL: CommandSwarmInit = { units: 8_000, exponents: 1, quorum: 1 }
const WARM_UNITS = 500
const SMALL_MS = 10_000
const LONG: CommandSwarmInit = { units: 40, exponents: 2_000, quorum: 1 }
const LONG_MS = 30_000

interface Measured {
  readonly spent: ProcessCosts
  readonly units: number
}

/** Units computed so far; they go on to be granted later. */
async function computed(swarm: CommandSwarm): Promise<number> {
  const { credit } = (await swarm.answer('app', 'donor', 'status')) as DonorState
  return credit.unitsVerified + credit.unitsPending
}

/** Lets the app compute units of a swarm of its own on one core, and measures `forMs` of it once it is under way. */
async function measure(init: CommandSwarmInit, fromUnits: number, forMs: number): Promise<Measured> {
  const display = await startVirtualDisplay()
  const swarm = await commandSwarm(init)
  let app: PlainApp | undefined
  try {
    await swarm.serve()
    app = launchPlainApp({ display: display.env, home: swarm.home('app') })
    const set = ['set', 'idleSeconds=1', 'screensaver=false', 'cores=1']
    await waitUntil('the engine', () => swarm.answer('app', 'donor', ...set).catch(() => undefined), 20_000)
    await swarm.answer('app', 'donor', 'join', swarm.link)
    await waitUntil('computing', async () => (await swarm.donor('app')).phases.includes('running'), 60_000)
    await waitUntil('warm units', async () => (await computed(swarm)) >= fromUnits, 60_000)
    const units = await computed(swarm)
    const before = processCosts(app.pid)
    await new Promise((done) => setTimeout(done, forMs))
    const spent = costsBetween(before, processCosts(app.pid))
    return { spent, units: (await computed(swarm)) - units }
  } finally {
    await app?.close()
    await swarm.close()
    await display.stop()
  }
}

/** Milliseconds that are no science. */
const beside = ({ main, engine, chromium }: ProcessCosts): number => main + engine + chromium
const told = (spent: ProcessCosts): string =>
  Object.entries(spent)
    .map(([role, ms]) => `${role} ${String(ms)} ms`)
    .join(', ')

const small = await measure(SMALL, WARM_UNITS, SMALL_MS)
console.log(`${String(small.units)} small units in ${String(SMALL_MS / 1000)} s: ${told(small.spent)}`)
const long = await measure(LONG, 0, LONG_MS)
console.log(`${String(LONG_MS / 1000)} s of long units: ${told(long.spent)}`)

const figures = {
  cpuMsPerUnit: Number((beside(small.spent) / small.units).toFixed(2)),
  efficiencyPercent: Number(((100 * long.spent.slot) / (long.spent.slot + beside(long.spent))).toFixed(2)),
}
console.log(`engine and shell per small unit: ${figures.cpuMsPerUnit} ms, target 1`)
console.log(`of donated time to units:        ${figures.efficiencyPercent} %, target 99.5`)
printReport({ bench: 'overhead', figures, versions: { electron: electronRuntime()?.version ?? 'none' } })
