import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { electronPath } from '../../scripts/setup/electron-runtime.mjs'
import { appEnvironment, APP_DIR, TEST_ENGINE } from '../support/launch-app.ts'
import { waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

test('the tray shows an icon, says what happens, and has a menu', async ({ launch, trayHost }) => {
  await launch()
  const item = await trayHost.item
  await waitUntil('the engine’s sentence', async () => (await item.tooltip()).startsWith('Computing'), 10_000)
  const icon = await item.icon()
  expect(icon.width).toBeGreaterThanOrEqual(16)
  expect(icon.argb.some((byte) => byte !== 0)).toBe(true)
  const lines = (await item.menu()).map(({ label, enabled }) => (enabled ? label : `(${label})`))
  expect(lines).toEqual([
    '(Computing 1 unit)',
    '',
    'Open Powerswarm',
    'Pause',
    'Start screensaver',
    '',
    'Quit',
  ])
})

test('the icon follows the state', async ({ launch, trayHost }) => {
  await launch()
  const item = await trayHost.item
  await waitUntil('computing', async () => (await item.tooltip()).startsWith('Computing'), 10_000)
  const computing = Buffer.from((await item.icon()).argb)
  await item.choose('Pause')
  await waitUntil('the pause', async () => (await item.tooltip()) === 'Paused by you')
  expect(Buffer.from((await item.icon()).argb).equals(computing)).toBe(false)
  expect((await item.menu()).map(({ label }) => label)).toContain('Resume')
  await item.choose('Resume')
  await waitUntil('the end of the pause', async () => (await item.tooltip()) !== 'Paused by you')
})

test('no window opens by itself; a click opens it, and a second click hides it', async ({
  launch,
  trayHost,
}) => {
  const app = await launch()
  const item = await trayHost.item
  expect(app.electron.windows()).toHaveLength(0)
  await item.activate()
  const page = await app.page('tray')
  await waitUntil('the window', () => app.isVisible('tray'))
  await expect(page.getByRole('main')).toBeVisible()
  await item.activate()
  await waitUntil('the window’s end', async () => !(await app.isVisible('tray')))
})

test('starting the app again shows the window of the one that runs', async ({
  launch,
  trayHost,
  display,
}) => {
  const app = await launch()
  await trayHost.item
  const again = spawn(electronPath(), [APP_DIR], {
    env: appEnvironment({ display, env: { POWERSWARM_ENGINE: TEST_ENGINE } }, app.home),
    stdio: 'ignore',
  })
  const [status] = (await once(again, 'exit')) as [number]
  expect(status).toBe(0)
  await waitUntil('the window', () => app.isVisible('tray'))
})
