import { appendFileSync } from 'node:fs'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { node24Path } from '../../scripts/setup/node-runtime.mjs'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import { expectable, tryHostile } from '../slot/hostile-trial.ts'
import { builtFile } from '../support/build.ts'
import { launchDesktopSlots } from '../support/desktop-slots.ts'
import { HOSTILE_GROUPS } from '../support/hostile-modules.ts'
import { watchLateness, watchMainLateness } from '../support/lateness.ts'

/**
 * Runs every hostile module in a slot window and in a headless slot, and watches a 10 ms timer in Electron's main
 * process and in the one that holds the slots: neither may ever be more than 250 ms late. For a machine that does
 * nothing else.
 */
const LATE_MS = 250

const groups = Object.entries(HOSTILE_GROUPS).map(([what, modules]) => ({
  what,
  // Built before anybody watches: some take longer than what is measured.
  modules: modules.map((hostile) => ({ hostile, original: hostile.build() })),
}))
const display = await startVirtualDisplay()
const app = await launchDesktopSlots({ display: display.env })
const programPath = await builtFile('main/slot-node-host.js')
const inWindows = await app.openHost()
const inProcesses = await createNodeSlotHost({ execPath: node24Path(), programPath })
const lines: { host: string; what: string; engineMs: number; mainMs: number; wrong: string[] }[] = []
try {
  for (const [name, host] of [
    ['window', inWindows],
    ['process', inProcesses],
  ] as const) {
    const slot = await host.open(0)
    for (const { what, modules } of groups) {
      const mainWorst = await watchMainLateness(app.app.electron)
      const engine = watchLateness()
      const wrong: string[] = []
      for (const { hostile, original } of modules) {
        const end = expectable(await tryHostile(slot, hostile, original))
        if (JSON.stringify(end) !== JSON.stringify(hostile.end)) wrong.push(hostile.name)
      }
      engine.stop()
      const line = { engineMs: Math.round(engine.worstMs), mainMs: Math.round(await mainWorst()), wrong }
      lines.push({ host: name, what, ...line })
      const ends = wrong.length === 0 ? 'all as they must' : `NOT AS THEY MUST: ${wrong.join(', ')}`
      console.log(
        `${name}, ${what}: ${String(modules.length)} modules, ${ends}; ` +
          `engine late by ${String(line.engineMs)} ms, main by ${String(line.mainMs)} ms`,
      )
    }
  }
} finally {
  await inWindows.close()
  await inProcesses.close()
  await app.close()
  await display.stop()
}

const worstMs = Math.max(...lines.flatMap(({ engineMs, mainMs }) => [engineMs, mainMs]))
console.log(`worst ${String(worstMs)} ms, target ${String(LATE_MS)} ms`)
const results = process.env['POWERSWARM_RESULTS']
if (results !== undefined) appendFileSync(results, `${JSON.stringify({ worstMs, lines })}\n`)
process.exitCode = worstMs <= LATE_MS && lines.every(({ wrong }) => wrong.length === 0) ? 0 : 1
