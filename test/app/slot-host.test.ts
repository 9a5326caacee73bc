import type { SlotHost } from '../../src-main/engine/ports.ts'
import { SLOT_CASES } from '../slot/slot-conformance.ts'
import { launchDesktopSlots, type DesktopSlots } from '../support/desktop-slots.ts'
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

for (const { name, run } of SLOT_CASES)
  test(`a slot window ${name}`, async () => {
    await run(async (watch) => {
      const host = await slots.openHost(watch)
      open.push(host)
      return host
    })
  })
