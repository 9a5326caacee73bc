import { test as base, type Page } from '@playwright/test'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { fakeTrayHost, type FakeTrayHost } from '../support/fake-tray-host.ts'
import { launchApp, TEST_ENGINE, type LaunchedApp, type LaunchInit } from '../support/launch-app.ts'
import { waitUntil } from '../support/wait-until.ts'
import { xdotool, type Xdotool } from '../support/xdotool.ts'

interface Fixtures {
  /** A tray of this test's own. */
  readonly trayHost: FakeTrayHost
  /** Starts the app with the small test engine; every app is closed at the end. */
  readonly launch: (init?: Partial<LaunchInit>) => Promise<LaunchedApp>
  /** Starts the app and opens its tray window, once the test engine has answered. */
  readonly launchOpen: () => Promise<{ readonly app: LaunchedApp; readonly page: Page }>
  /** Real input on the app's display. */
  readonly input: Xdotool
}
interface WorkerFixtures {
  /** DISPLAY and XAUTHORITY of a virtual display of this worker's own, so that no other input counts. */
  readonly display: Readonly<Record<string, string>>
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  display: [
    // Playwright reads the names of what a fixture needs from this pattern; it needs nothing.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const display = await startVirtualDisplay()
      await use(display.env)
      await display.stop()
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern -- as above
  trayHost: async ({}, use) => {
    const host = await fakeTrayHost()
    await use(host)
    await host.close()
  },
  launch: async ({ display, trayHost }, use) => {
    const launched: LaunchedApp[] = []
    await use(async (init = {}) => {
      const env = { POWERSWARM_ENGINE: TEST_ENGINE, ...init.env }
      const app = await launchApp({ display, busAddress: trayHost.busAddress, ...init, env })
      launched.push(app)
      return app
    })
    for (const app of launched) await app.close()
  },
  launchOpen: async ({ launch, trayHost }, use) => {
    await use(async () => {
      const app = await launch()
      const item = await trayHost.item
      await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 10_000)
      await item.activate()
      return { app, page: await app.page('tray') }
    })
  },
  input: async ({ display }, use) => {
    await use(xdotool(display))
  },
})
export { expect } from '@playwright/test'
