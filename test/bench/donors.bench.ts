import { setTimeout as rest } from 'node:timers/promises'
import { printReport } from '../support/bench-report.ts'
import { startLoadRig } from '../support/publisher-load/load-rig.ts'

/**
 * What a donor that waits for work costs its publisher: memory, and processor time while it asks for work and grants
 * as often as donors do and its connection is kept alive.
 */
const DONORS = 1_024
const SETTLE_MS = 10_000
const WINDOW_MS = 40_000

const rig = await startLoadRig({ donorProcesses: 2, donors: DONORS, units: 1 })
try {
  await rest(SETTLE_MS)
  const alone = await rig.status()
  await rig.connectDonors()
  await rig.startIdle()
  await rest(SETTLE_MS)
  const before = await rig.status()
  await rest(WINDOW_MS)
  const after = await rig.status()
  if (after.donorsConnected !== DONORS) throw new Error(`${after.donorsConnected} donors are connected`)
  const figures = {
    donors: DONORS,
    kilobytesEach: Math.round((after.rssBytes - alone.rssBytes) / 1024 / DONORS),
    corePercentEach: Number(
      ((100 * (after.cpuMs - before.cpuMs)) / (after.atMs - before.atMs) / DONORS).toFixed(5),
    ),
  }
  console.log(`${DONORS} idle donors: ${figures.kilobytesEach} KB each, target 100`)
  console.log(`processor time: ${figures.corePercentEach} % of a core each, target 0.002`)
  printReport({ bench: 'donors', figures, versions: {} })
} finally {
  await rig.close()
}
