import { childrenOf } from '../support/processes.ts'
import { isAlive, waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

const PIDS = 'api.state().then((state) => state.donor?.projects[0]?.name)'

test('each slot has a hidden window, a process, a session and an origin of its own', async ({
  launchOpen,
}) => {
  const { app, page } = await launchOpen()
  await page.evaluate('api.joinProject({ link: "open-slots 2" })')
  const pids = String(await page.evaluate(PIDS))
    .split(' ')
    .map(Number)
  expect(new Set([...pids, app.pid]).size).toBe(3)
  expect(childrenOf(app.pid)).toEqual(expect.arrayContaining(pids))
  expect(await app.isVisible('slot')).toBe(false)

  const slots = app.pages('slot')
  expect(slots.map((slot) => new URL(slot.url()).host).sort()).toEqual(['slot-0', 'slot-1'])
  for (const slot of slots) {
    expect(
      await slot.evaluate(
        '[crossOriginIsolated, typeof api, typeof require, typeof SharedArrayBuffer].join()',
      ),
    ).toBe('true,undefined,undefined,function')
    for (const attempt of [
      'fetch("https://example.org/").then(() => "reached", () => "refused")',
      'fetch("app://powerswarm/tray/index.html").then(() => "reached", () => "refused")',
      'fetch("/tray/index.html").then(({ ok }) => (ok ? "reached" : "refused"), () => "refused")',
    ])
      expect(await slot.evaluate(attempt), attempt).toBe('refused')
  }
  // What the sessions themselves refuse, should a page's policy ever fail.
  const refusals = await app.electron.evaluate(({ BrowserWindow }) =>
    Promise.all(
      BrowserWindow.getAllWindows().map(({ webContents }) =>
        webContents.session.fetch('http://127.0.0.1:9/').then(() => 'reached', String),
      ),
    ),
  )
  expect(refusals.length).toBeGreaterThanOrEqual(3)
  expect(new Set(refusals)).toEqual(new Set(['Error: net::ERR_BLOCKED_BY_CLIENT']))
  const partitions = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((window) => window.webContents.getURL().startsWith('slot:'))
      .map(({ webContents }) => ({
        path: webContents.session.getStoragePath(),
        policy: webContents.getWebRTCIPHandlingPolicy(),
      })),
  )
  expect(partitions).toEqual([
    { path: null, policy: 'disable_non_proxied_udp' },
    { path: null, policy: 'disable_non_proxied_udp' },
  ])
})

test('an engine that dies takes its slots with it', async ({ launchOpen }) => {
  const { page } = await launchOpen()
  await page.evaluate('api.joinProject({ link: "open-slots 2" })')
  const pids = String(await page.evaluate(PIDS))
    .split(' ')
    .map(Number)
  expect(pids.every(isAlive)).toBe(true)
  await page.evaluate('api.joinProject({ link: "exit 3" }).catch(() => undefined)')
  await waitUntil('the end of the slots', () => !pids.some(isAlive))
})

test('a unit of the demo runs in a slot window and gives the published result', async ({ launchOpen }) => {
  const { page } = await launchOpen()
  await page.evaluate('api.joinProject({ link: "compute 32" })')
  const lines = String(await page.evaluate(PIDS)).split('\n')
  expect(lines[0]).toBe('ok M2 prime')
  const primes = lines.filter((line) => line.endsWith('prime')).map((line) => line.replace(/^ok /, ''))
  expect(primes).toEqual([2, 3, 5, 7, 13, 17, 19, 31].map((p) => `M${String(p)} prime`))
  expect(lines.some((line) => /^M11 composite [0-9a-f]{16}$/.test(line))).toBe(true)
})
