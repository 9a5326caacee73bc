import { waitUntil } from '../support/wait-until.ts'
import type { TrayItem } from '../support/tray-item.ts'
import { expect, test } from './app-test.ts'

const says = (item: TrayItem, start: string) =>
  waitUntil(`'${start}'`, async () => (await item.tooltip()).startsWith(start), 10_000)

test('computes when nobody is there, and stops at a real key press', async ({ launch, trayHost, input }) => {
  await input.key('space')
  await launch()
  const item = await trayHost.item
  await says(item, 'Paused: you are using')
  await says(item, 'Computing')
  await input.key('space')
  await says(item, 'Paused: you are using')
})

test('the screensaver starts while units run, stays at a nudge, and ends at a key', async ({
  launch,
  trayHost,
  input,
}) => {
  await input.moveTo(300, 300)
  const app = await launch()
  await trayHost.item
  const page = await app.page('screensaver')
  await waitUntil('the screensaver', () => app.isVisible('screensaver'))
  const uncovered = await app.electron.evaluate(({ BrowserWindow, screen }) => {
    const { bounds } = screen.getPrimaryDisplay()
    const [width = 0, height = 0] = BrowserWindow.getAllWindows()[0]?.getSize() ?? []
    return Math.max(bounds.width - width, bounds.height - height)
  })
  // Without a window manager to make it full-screen, it stays one pixel short.
  expect(uncovered).toBeLessThanOrEqual(1)
  await page.waitForFunction('document.readyState === "complete"')

  await input.moveTo(303, 301)
  const item = await trayHost.item
  await says(item, 'Paused: you are using')
  expect(await app.isVisible('screensaver')).toBe(true)
  await input.moveTo(300, 300)
  await input.key('space')
  await waitUntil('its end', async () => !(await app.isVisible('screensaver')))
})

test('the screensaver can be started from the menu', async ({ launch, trayHost }) => {
  const app = await launch()
  const item = await trayHost.item
  await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 10_000)
  await item.choose('Start screensaver')
  await waitUntil('the screensaver', () => app.isVisible('screensaver'))
})
