import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { printReport } from '../support/bench-report.ts'
import type { Running } from '../support/command-line.ts'
import {
  commandSwarm,
  verifiedAtLeast,
  type CommandSwarm,
  type CommandSwarmInit,
} from '../support/command-swarm.ts'
import { launchPlainApp, type PlainApp } from '../support/launch-plain-app.ts'
import { costsBetween, processCosts, type ProcessCosts } from '../support/process-costs.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * What donating costs beside the science: processor time of the desktop app without its slots, per unit where units
 * are tiny, and as a share of all that is donated where they are long. The app runs as a person starts it, no debugger
 * attached and no window open, and is asked nothing while it is measured. The publisher is another process.
 */
const SMALL: CommandSwarmInit = { units: 4_000, exponents: 1, quorum: 1 }
const WARM_UNITS = 500
const LAST_UNIT = 3_500
const LONG: CommandSwarmInit = { units: 40, exponents: 2_000, quorum: 1 }
const LONG_MS = 30_000

/** Where a measurement begins and ends, seen from the publisher. */
interface Stretch {
  begin(publisher: Running, swarm: CommandSwarm): Promise<unknown>
  end(publisher: Running): Promise<unknown>
}

/** Lets the app compute units of a swarm of its own on one core, and measures a stretch of it. */
async function measure(init: CommandSwarmInit, stretch: Stretch): Promise<ProcessCosts> {
  const display = await startVirtualDisplay()
  const swarm = await commandSwarm(init)
  let app: PlainApp | undefined
  try {
    const publisher = await swarm.serve()
    app = launchPlainApp({ display: display.env, home: swarm.home('app') })
    const set = ['set', 'idleSeconds=1', 'screensaver=false', 'cores=1']
    await waitUntil('the engine', () => swarm.answer('app', 'donor', ...set).catch(() => undefined), 20_000)
    await swarm.answer('app', 'donor', 'join', swarm.link)
    await stretch.begin(publisher, swarm)
    const before = processCosts(app.pid)
    await stretch.end(publisher)
    return costsBetween(before, processCosts(app.pid))
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

const small = await measure(SMALL, {
  begin: (publisher) => publisher.line(verifiedAtLeast(WARM_UNITS)),
  end: (publisher) => publisher.line(verifiedAtLeast(LAST_UNIT)),
})
const units = LAST_UNIT - WARM_UNITS
console.log(`${String(units)} small units: ${told(small)}`)
const long = await measure(LONG, {
  begin: (_publisher, swarm) =>
    waitUntil('computing', async () => (await swarm.donor('app')).phases.includes('running'), 60_000),
  end: () => new Promise((done) => setTimeout(done, LONG_MS)),
})
console.log(`${String(LONG_MS / 1000)} s of long units: ${told(long)}`)

const figures = {
  cpuMsPerUnit: Number((beside(small) / units).toFixed(2)),
  efficiencyPercent: Number(((100 * long.slot) / (long.slot + beside(long))).toFixed(2)),
}
console.log(`engine and shell per small unit: ${figures.cpuMsPerUnit} ms, target 1`)
console.log(`of donated time to units:        ${figures.efficiencyPercent} %, target 99.5`)
printReport({ bench: 'overhead', figures, versions: { electron: electronRuntime()?.version ?? 'none' } })
