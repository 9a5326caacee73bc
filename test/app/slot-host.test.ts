import { readdirSync } from 'node:fs'
import { getPriority } from 'node:os'
import { node24Path } from '../../scripts/setup/node-runtime.mjs'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { SlotHost } from '../../src-main/engine/ports.ts'
import { movesBetween } from '../slot/checkpoint-cases.ts'
import { SLOT_CASES } from '../slot/slot-conformance.ts'
import { openTrial } from '../slot/slot-trial.ts'
import { builtFile } from '../support/build.ts'
import { launchDesktopSlots, type DesktopSlots } from '../support/desktop-slots.ts'
import { schedulerOf } from '../support/processes.ts'
import { waitUntil } from '../support/wait-until.ts'
import { test } from './app-test.ts'

/** The suite of the headless slots (test/slot/node-host.test.ts), run by the app's hidden windows. */

let slots: DesktopSlots
const open: SlotHost[] = []
test.beforeAll(async ({ display }) => {
  slots = await launchDesktopSlots({ display })
})
test.afterEach(async () => {
  for (const host of open.splice(0)) await host.close()
})
test.afterAll(() => slots.close())

test('a slot window runs every thread at the lowest priority', async () => {
  test.skip(process.platform !== 'linux', 'looked up in /proc')
  const host = await slots.openHost()
  open.push(host)
  const { slot, runForLong } = await openTrial(host)
  await runForLong()
  const priorities = (): string[] => {
    const threads = readdirSync(`/proc/${String(slot.pid)}/task`).map(Number)
    return [
      ...new Set(
        threads.map(
          (thread) => `nice ${String(getPriority(thread))}, scheduler ${String(schedulerOf(thread))}`,
        ),
      ),
    ]
  }
  await waitUntil('the lowest priority', () => priorities().join() === 'nice 19, scheduler 5')
})

for (const direction of ['a window to a process', 'a process to a window'] as const)
  test(`a saved unit moves from ${direction}`, async () => {
    test.setTimeout(90_000)
    const programPath = await builtFile('main/slot-node-host.js')
    const inWindows = await slots.openHost()
    const inProcesses = await createNodeSlotHost({ execPath: node24Path(), programPath, background: false })
    open.push(inWindows, inProcesses)
    if (direction === 'a window to a process') await movesBetween(inWindows, inProcesses)
    else await movesBetween(inProcesses, inWindows)
  })

for (const { name, run } of SLOT_CASES)
  test(`a slot window ${name}`, async () => {
    // Each slot compiles the library for checkpoints anew, with the optimising compiler alone: seconds.
    test.setTimeout(90_000)
    await run(async (watch) => {
      const host = await slots.openHost(watch)
      open.push(host)
      return host
    })
  })
