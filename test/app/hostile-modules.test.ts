import { node24Path } from '../../scripts/setup/node-runtime.mjs'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'
import { expectable, tryHostile, type ActualEnd } from '../slot/hostile-trial.ts'
import { builtFile } from '../support/build.ts'
import { launchDesktopSlots, type DesktopSlots } from '../support/desktop-slots.ts'
import { HOSTILE_GROUPS, type HostileModule } from '../support/hostile-modules.ts'
import { watchMainLateness } from '../support/lateness.ts'
import { expect, test } from './app-test.ts'

/** The design's bound is 250 ms on a machine that does nothing else; tests share theirs. */
const LATE_MS = 1_000

let app: DesktopSlots
let hosts: SlotHost[]
/** The same two slots for all modules: each has to survive what came before. */
let inWindow: Slot
let inProcess: Slot

test.beforeAll(async ({ display }) => {
  app = await launchDesktopSlots({ display })
  const programPath = await builtFile('main/slot-node-host.js')
  hosts = [await app.openHost(), await createNodeSlotHost({ execPath: node24Path(), programPath })]
  ;[inWindow, inProcess] = (await Promise.all(hosts.map((host) => host.open(0)))) as [Slot, Slot]
})
test.afterAll(async () => {
  for (const host of hosts) await host.close()
  await app.close()
})

const tryAll = async (slot: Slot, modules: readonly HostileModule[]): Promise<Record<string, ActualEnd>> => {
  const ends: Record<string, ActualEnd> = {}
  for (const hostile of modules) ends[hostile.name] = await tryHostile(slot, hostile)
  return ends
}

for (const [what, modules] of Object.entries(HOSTILE_GROUPS))
  test(`modules that ${what} end in a window as in a process, and as they must`, async () => {
    test.setTimeout(120_000)
    const worstMs = await watchMainLateness(app.app.electron)
    const ends = await tryAll(inWindow, modules)
    const lateMs = await worstMs()
    const wanted = Object.fromEntries(modules.map(({ name, end }) => [name, end]))
    expect(Object.fromEntries(Object.entries(ends).map(([name, end]) => [name, expectable(end)]))).toEqual(
      wanted,
    )
    // Outcome, fuel and output.
    expect(ends).toEqual(await tryAll(inProcess, modules))
    test.info().annotations.push({ type: 'main was late by', description: `${lateMs.toFixed(0)} ms` })
    expect(lateMs).toBeLessThan(LATE_MS)
  })
