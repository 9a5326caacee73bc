import { setTimeout as rest } from 'node:timers/promises'
import { printReport } from '../support/bench-report.ts'
import type { Traffic } from '../support/publisher-load/donor-process.ts'
import { startLoadRig, type LoadRig } from '../support/publisher-load/load-rig.ts'
import { WELL_BEHAVED } from '../support/publisher-load/work.ts'

/**
 * What a publisher's line carries: bytes to and from donors for each verified unit, leased and submitted so many at a time
 * (quorum 2, 256 bytes of output), and for a donor that only waits. Headers of UDP and IP included.
 */
const DONORS = 32
const WARM_UP_MS = 2_000
const WINDOW_MS = 4_000
/** The more donors wait, the more rarely each asks: from so many on, once a minute. */
const IDLE_DONORS = 1_024
const SETTLE_MS = 10_000
const IDLE_MS = 60_000
/** IPv4 and UDP. */
const HEADER_BYTES = 28

interface Line {
  /** From the publisher to its donors, and back. */
  readonly up: number
  readonly down: number
}

async function bytesPerUnit(batch: number): Promise<Line> {
  const rig = await startLoadRig({ donorProcesses: 1, donors: DONORS, units: 100_000_000 })
  try {
    await rig.connectDonors()
    await rig.start({ batch, lanes: 1, lateMs: 0, ...WELL_BEHAVED })
    await rest(WARM_UP_MS)
    const [verified, before] = [(await rig.status()).verified, await lineOf(rig)]
    await rest(WINDOW_MS)
    const [units, after] = [(await rig.status()).verified - verified, await lineOf(rig)]
    return { up: (after.up - before.up) / units, down: (after.down - before.down) / units }
  } finally {
    await rig.close()
  }
}

/** Bytes a second for each donor. */
async function idleBytes(): Promise<Line> {
  const rig = await startLoadRig({ donorProcesses: 2, donors: IDLE_DONORS, units: 1 })
  try {
    await rig.connectDonors()
    await rig.startIdle()
    await rest(SETTLE_MS)
    const before = await lineOf(rig)
    await rest(IDLE_MS)
    const after = await lineOf(rig)
    const seconds = (IDLE_DONORS * IDLE_MS) / 1000
    return { up: (after.up - before.up) / seconds, down: (after.down - before.down) / seconds }
  } finally {
    await rig.close()
  }
}

async function lineOf(rig: LoadRig): Promise<Line> {
  const traffic = await rig.traffic()
  const sum = (pick: (one: Traffic) => number): number => traffic.reduce((all, one) => all + pick(one), 0)
  return {
    up: sum((one) => one.bytesReceived + HEADER_BYTES * one.packetsReceived),
    down: sum((one) => one.bytesTransmitted + HEADER_BYTES * one.packetsTransmitted),
  }
}

const figures: Record<string, number> = {}
for (const batch of [1, 16, 256]) {
  const { up, down } = await bytesPerUnit(batch)
  console.log(
    `batch ${batch}: ${up.toFixed(0)} bytes to donors and ${down.toFixed(0)} from them for each verified unit`,
  )
  figures[`batch${batch}UpBytes`] = Math.round(up)
  figures[`batch${batch}DownBytes`] = Math.round(down)
}
const idle = await idleBytes()
console.log(
  `one of ${IDLE_DONORS} donors that wait: ${idle.up.toFixed(1)} bytes/s to it and ${idle.down.toFixed(1)} from it`,
)
figures['idleUpBytesPerSecond'] = Number(idle.up.toFixed(1))
figures['idleDownBytesPerSecond'] = Number(idle.down.toFixed(1))
printReport({ bench: 'traffic', figures, versions: {} })
