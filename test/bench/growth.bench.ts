import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { printReport } from '../support/bench-report.ts'
import { startLoadRig, type LoadRig } from '../support/publisher-load/load-rig.ts'
import type { LoadInit } from '../support/publisher-load/slim-donor.ts'

/**
 * Whether a project's past costs anything: processor time of a unit and memory of the publisher when the project has
 * 10^3, 10^5 and 10^6 verified units, in one process that was warm before; then its size on disk and how long it takes
 * to open. Warm is a process once its code is compiled and its heap as large as this load makes it.
 */
const SIZES = [1_000, 100_000, 1_000_000]
/** Units whose processor time is taken: up to each size, and from the first size on. Folds come every few thousand. */
const WINDOW = 20_000
const WARM_UP_UNITS = 150_000
const LOAD: LoadInit = { batch: 16, lanes: 1, lateMs: 0, wrongPercent: 5, latePercent: 0 }

interface Measured {
  readonly verified: number
  readonly microseconds: number
  readonly rssBytes: number
}

async function measureAt(rig: LoadRig, size: number): Promise<Measured> {
  const reached = async (units: number) => {
    for (;;) {
      const status = await rig.status()
      if (status.verified >= units) return status
      await rest(20)
    }
  }
  const before = await reached(size > WINDOW ? size - WINDOW : size)
  const after = await reached(before.verified + WINDOW)
  const microseconds = (1000 * (after.cpuMs - before.cpuMs)) / (after.verified - before.verified)
  const { verified, rssBytes } = after
  console.log(
    `at ${size} units: ${microseconds.toFixed(1)} µs each, ${(rssBytes / 2 ** 20).toFixed(0)} MB of memory`,
  )
  return { verified, microseconds, rssBytes }
}

function bytesIn(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

/** Stops at a smaller size, for whoever has less time. */
const most = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? Infinity)

const rig = await startLoadRig({
  donorProcesses: 2,
  donors: 64,
  units: 100_000_000,
  warmUp: { units: WARM_UP_UNITS, load: LOAD },
})
try {
  await rig.connectDonors()
  await rig.start(LOAD)
  const measured: Measured[] = []
  for (const size of SIZES.filter((each) => each <= most)) measured.push(await measureAt(rig, size))
  await rig.stop(LOAD)
  const { verified } = await rig.status()
  await rig.end()
  const diskBytes = bytesIn(rig.dir)
  const openMs = await rig.reopen()
  const [first, last] = [measured[0], measured.at(-1)]
  if (!first || !last) throw new RangeError('no size to measure')
  const figures = {
    worstRatio: Number(
      Math.max(last.microseconds / first.microseconds, last.rssBytes / first.rssBytes).toFixed(2),
    ),
    openMs: Math.round(openMs),
    diskBytesPerUnit: Math.round(diskBytes / verified),
  }
  console.log(`worst growth from first to last size: ${figures.worstRatio}, target 1.3`)
  console.log(
    `opened in ${figures.openMs} ms, target 2000; ${figures.diskBytesPerUnit} bytes on disk per unit`,
  )
  printReport({ bench: 'growth', figures, versions: {} })
} finally {
  await rig.close()
}
