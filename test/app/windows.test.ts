import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { rootDir } from '../../scripts/setup/paths.mjs'
import { waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

const shotsDir = join(rootDir, 'test/app/shots')

test('the tray window shows what the engine does, light and dark', async ({ launchOpen }) => {
  const { page } = await launchOpen()
  await expect(page.getByText('Computing 1 unit').first()).toBeVisible({ timeout: 10_000 })
  mkdirSync(shotsDir, { recursive: true })
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.screenshot({ path: join(shotsDir, `tray-${scheme}.png`) })
  }
})

test('the tray window is accessible, light and dark', async ({ launchOpen }) => {
  const { page } = await launchOpen()
  await expect(page.getByRole('main')).toBeVisible()
  // Not a script tag: the page's policy refuses those, as it should.
  await page.evaluate(axe.source)
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const violations = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(" | ")))',
    )
    expect(violations, scheme).toEqual([])
  }
})

test('credit crosses into the page as exact whole numbers', async ({ launchOpen }) => {
  const { page } = await launchOpen()
  const counted =
    'api.state().then((state) => String(state.donor?.credit.counted) + typeof state.donor?.credit.counted)'
  await expect.poll(() => page.evaluate(counted)).toBe('2500000000000bigint')
})

test('a page asks through its api and hears notices; a refusal carries its message', async ({
  launchOpen,
}) => {
  const { page } = await launchOpen()
  const paused = page.evaluate(
    'new Promise((done) => api.on("changed", ({ donor }) => donor?.pausedByDonor && done(donor.sentence)))',
  )
  await page.evaluate('api.setPaused({ paused: true })')
  expect(await paused).toBe('Paused by you')
  const refusal = await page.evaluate('api.joinProject({ link: "bad" }).catch((error) => error.message)')
  expect(refusal).toContain('This is not a project link')
  const malformed = await page.evaluate('api.setPaused({ paused: "yes" }).catch((error) => error.message)')
  expect(malformed).toContain("'paused'")
})

test('a page can reach nothing but its api', async ({ launchOpen }) => {
  const { app, page } = await launchOpen()
  await expect(page.getByRole('main')).toBeVisible()
  const here = page.url()
  expect(
    await page.evaluate('[typeof require, typeof process, typeof api.close, crossOriginIsolated].join()'),
  ).toBe('undefined,undefined,undefined,true')
  for (const attempt of [
    'fetch("https://example.org/").then(() => "reached", () => "refused")',
    'fetch("file:///etc/passwd").then(() => "reached", () => "refused")',
    'fetch("app://powerswarm/tray/../../main/index.js").then(({ ok }) => (ok ? "reached" : "refused"), () => "refused")',
    'new Promise((done) => { const socket = new WebSocket("ws://127.0.0.1:9"); socket.onopen = () => done("reached"); socket.onerror = () => done("refused") })',
    'navigator.geolocation === undefined ? "refused" : new Promise((done) => navigator.geolocation.getCurrentPosition(() => done("reached"), () => done("refused")))',
    'Promise.resolve(window.open("https://example.org/") === null ? "refused" : "reached")',
  ])
    expect(await page.evaluate(attempt), attempt).toBe('refused')
  const attempt = await app.electron.evaluateHandle(({ BrowserWindow }) => ({
    refused: new Promise<boolean>((resolve) => {
      const [window] = BrowserWindow.getAllWindows()
      // The app listened first, so its verdict is in the event.
      window?.webContents.once('will-frame-navigate', (event) => resolve(event.defaultPrevented))
    }),
  }))
  await page.evaluate('location.href = "https://example.org/"')
  expect(await attempt.evaluate(({ refused }) => refused)).toBe(true)
  expect(page.url()).toBe(here)
  expect(app.electron.windows()).toHaveLength(1)
})

test('what another page sends on a window’s channel is ignored', async ({ launchOpen }) => {
  const { app, page } = await launchOpen()
  // A frame at another address inside the real window: same webContents, other page.
  await app.electron.evaluate(({ ipcMain, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const senderFrame = { url: 'https://example.org/', parent: null }
    const message = { t: 'call', id: 1, name: 'setPaused', value: { paused: true } }
    ipcMain.emit('powerswarm:tray', { sender: window?.webContents, senderFrame }, message)
    ipcMain.emit(
      'powerswarm:tray',
      { sender: { id: -1 }, senderFrame: window?.webContents.mainFrame },
      message,
    )
  })
  // The engine answers in order, so by now it has done what the forged messages asked, if they got through.
  await page.evaluate('api.joinProject({ link: "bad" }).catch(() => undefined)')
  expect(await page.evaluate('api.state().then((state) => state.donor.pausedByDonor)')).toBe(false)
})

test('an engine that dies is named in tooltip and window, and comes back', async ({
  launchOpen,
  trayHost,
}) => {
  const { page } = await launchOpen()
  const item = await trayHost.item
  await page.evaluate('api.joinProject({ link: "exit 3" }).catch(() => undefined)')
  const trouble = 'The engine ended with status 3: the disk is full'
  await waitUntil('the trouble', async () => (await item.tooltip()) === trouble)
  await expect(page.getByText('the disk is full')).toBeVisible()
  await waitUntil('the engine’s return', async () => !(await item.tooltip()).startsWith('The engine'))
})
