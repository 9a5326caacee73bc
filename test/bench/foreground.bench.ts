import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { Log } from '../../src-main/engine/ports.ts'
import { endless } from '../slot/apps.ts'
import { loadOf, unitOf } from '../slot/units.ts'
import { median, printReport } from '../support/bench-report.ts'
import { builtFile } from '../support/build.ts'

/**
 * What a person notices of a donating machine: a job on every core, alone, beside slots that are paused because the
 * machine is in use, and beside slots on every core that compute all the same ("always").
 */
const ROUNDS = 7
/** About a second of arithmetic on one core; a number each step needs, so that nothing is optimised away. */
const JOB = `
  const work = () => {
    let x = 1
    for (let i = 0; i < 6e8; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0
    return x
  }
  process.exitCode = work() === 0 ? 1 : 0`

const cores = availableParallelism()

/** Milliseconds until as many jobs as there are cores, started together, are done. */
async function foreground(): Promise<number> {
  const startMs = performance.now()
  const jobs = Array.from({ length: cores }, () => spawn(process.execPath, ['-e', JOB], { stdio: 'ignore' }))
  await Promise.all(jobs.map((job) => once(job, 'exit')))
  return performance.now() - startMs
}

const told: unknown[] = []
const programPath = await builtFile('main/slot-node-host.js')

/** Slots on every core, each with an endless unit; paused or not. */
async function beside(paused: boolean): Promise<number> {
  const log: Log = (_level, event, details) => void told.push(event, details)
  const host = await createNodeSlotHost({ execPath: process.execPath, programPath, log })
  try {
    for (let number = 0; number < cores; number++) {
      const slot = await host.open(number)
      await slot.load(loadOf(endless))
      slot.run(unitOf(endless, { maxFuel: LIMITS.fuelPerUnit })).catch(() => undefined)
      if (paused) await slot.pause()
    }
    return await foreground()
  } finally {
    await host.close()
  }
}

const times = { alone: [] as number[], paused: [] as number[], always: [] as number[] }
await foreground()
for (let round = 0; round < ROUNDS; round++) {
  times.alone.push(await foreground())
  times.paused.push(await beside(true))
  times.always.push(await beside(false))
}

const alone = median(times.alone)
const figures = {
  pausedRatio: Number((median(times.paused) / alone).toFixed(3)),
  alwaysRatio: Number((median(times.always) / alone).toFixed(3)),
}
const all = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(' ')
console.log(`slots’ priority:  ${JSON.stringify(told[1])}`)
console.log(`alone:            ${Math.round(alone)} ms (${all(times.alone)})`)
console.log(`beside paused:    ${figures.pausedRatio} (${all(times.paused)}), target 1.03`)
console.log(`beside computing: ${figures.alwaysRatio} (${all(times.always)}), target 1.10`)
printReport({ bench: 'foreground', figures, versions: {} })
