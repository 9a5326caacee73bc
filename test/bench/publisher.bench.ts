import { setTimeout as rest } from 'node:timers/promises'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { median, printReport } from '../support/bench-report.ts'
import { cpuMs } from '../support/processes.ts'
import { checkLedger } from '../support/publisher-load/check-ledger.ts'
import { startLoadRig } from '../support/publisher-load/load-rig.ts'
import type { LoadInit } from '../support/publisher-load/slim-donor.ts'

/**
 * Verified units a second, end to end: a publisher put together as `powerswarm serve` does it, and donors in two other
 * processes that speak the real protocol over real streams. Every lease and every acknowledged result is on disk
 * (FULL). Five percent of the results are wrong, and five percent come after their lease ran out: the publisher's
 * clock runs fast, so that a lease lasts `LEASE_MS`. Afterwards the ledger is held against what donors were told.
 */
const DONORS = 128
const DONOR_PROCESSES = 2
const LEASE_MS = 1_500
const LATE_MS = 2_000
const WARM_UP_MS = 4_000
const WINDOWS = 5
const WINDOW_MS = 2_000
const MISBEHAVIOUR = { wrongPercent: 5, latePercent: 5 }

async function verifiedPerSecond(batch: number, lanes: number): Promise<number> {
  const rig = await startLoadRig({
    donorProcesses: DONOR_PROCESSES,
    donors: DONORS,
    units: 100_000_000,
    clockSpeed: LIMITS.leaseMs / LEASE_MS,
  })
  try {
    await rig.connectDonors()
    const load: LoadInit = { batch, lanes, lateMs: LATE_MS, ...MISBEHAVIOUR }
    await rig.start(load)
    await rest(WARM_UP_MS)
    const rates: number[] = []
    const startCpuMs = cpuMs(rig.publisherPid)
    const first = await rig.status()
    let before = first
    for (let window = 0; window < WINDOWS; window++) {
      await rest(WINDOW_MS)
      const after = await rig.status()
      rates.push((1000 * (after.verified - before.verified)) / (after.atMs - before.atMs))
      before = after
    }
    const usedCpuMs = cpuMs(rig.publisherPid) - startCpuMs
    const acknowledged = await rig.stop(load)
    await rig.end()
    const checked = await checkLedger(rig.dir, acknowledged, MISBEHAVIOUR)
    const microseconds = (1000 * usedCpuMs) / (before.verified - first.verified)
    console.log(
      `batch ${batch}: ${rates.map((rate) => rate.toFixed(0)).join(' ')} verified units/s, ` +
        `${microseconds.toFixed(1)} µs of the publisher each, ${(usedCpuMs / (before.atMs - first.atMs)).toFixed(2)} cores`,
    )
    console.log(
      `  the ledger agrees: ${checked.verifiedUnits} units, ${checked.granted} grants, ${checked.grantedFuel} fuel, ` +
        `${checked.wrong} wrong results without credit, ${checked.undecided} undecided`,
    )
    return median(rates)
  } finally {
    await rig.close()
  }
}

/** Only this batch size, for whoever looks at one. */
const only = process.argv.slice(2).find((argument) => /^\d+$/.test(argument))
const measured = async (batch: number, lanes: number): Promise<number> =>
  only === undefined || Number(only) === batch ? Math.round(await verifiedPerSecond(batch, lanes)) : 0

const figures = {
  batch16PerSecond: await measured(16, 4),
  batch1PerSecond: await measured(1, 4),
}
console.log(`verified units/s at batch 16: ${figures.batch16PerSecond}, target 20000`)
console.log(`verified units/s at batch 1:  ${figures.batch1PerSecond}, target 3000`)
printReport({ bench: 'publisher', figures, versions: {} })
