import type { Page } from '@playwright/test'
import type { SlotHost } from '../../src-main/engine/ports.ts'
import { attemptsServer, type AttemptsServer } from '../support/attempts-server.ts'
import { launchDesktopSlots, type DesktopSlots } from '../support/desktop-slots.ts'
import { isAlive, waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'
import {
  DEPARTURES,
  FIND_MARKS,
  LEAVE_MARKS,
  LISTEN,
  LOCAL_ATTEMPTS,
  NETWORK_ATTEMPTS,
} from './escape-attempts.ts'

/** What script can reach that runs in a slot's page with all the page's rights, as after a bug in the browser. */

let slots: DesktopSlots
let host: SlotHost
let server: AttemptsServer
test.beforeAll(async () => {
  server = await attemptsServer()
})
test.afterAll(() => server.close())
test.beforeEach(async ({ display }) => {
  server.forget()
  slots = await launchDesktopSlots({ display })
})
test.afterEach(async () => {
  await host.close()
  await slots.close()
})

/** Opens slots 0 and 1; with their content security policy, or without it from the very start. */
async function openSlots(
  policy: 'kept' | 'off',
): Promise<{ readonly pids: number[]; readonly pages: Page[] }> {
  if (policy === 'off')
    await slots.app.electron.evaluate(({ app }) => {
      app.on('web-contents-created', (_event, contents) => {
        contents.debugger.attach('1.3')
        void contents.debugger.sendCommand('Page.enable')
        void contents.debugger.sendCommand('Page.setBypassCSP', { enabled: true })
      })
    })
  host = await slots.openHost()
  const opened = [await host.open(0), await host.open(1)]
  const pages = await waitUntil('the pages', () => {
    const found = slots.app.pages('slot')
    return found.length === 2 && found
  })
  return {
    pids: opened.map(({ pid }) => pid),
    pages: pages.sort((a, b) => a.url().localeCompare(b.url())),
  }
}

async function tryNetwork(page: Page): Promise<void> {
  await page.evaluate(
    `globalThis.ORIGIN = ${JSON.stringify(server.origin)}, globalThis.PORT = ${String(server.port)}`,
  )
  for (const script of Object.values(NETWORK_ATTEMPTS))
    await page.evaluate(`(() => { try { ${script} } catch {} })()`)
}

/** Long enough for what gets through: the control sees everything within a small part of it. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 1_500))

for (const policy of ['kept', 'off'] as const)
  test(`a slot’s page reaches no network with its content security policy ${policy}`, async () => {
    const { pids, pages } = await openSlots(policy)
    const [page] = pages as [Page]
    await tryNetwork(page)
    for (const script of Object.values(DEPARTURES))
      await page.evaluate(`(() => { try { ${script} } catch {} })()`).catch(() => undefined)
    await settled()
    expect(server.arrived()).toEqual([])
    expect(page.url()).toBe('slot://slot-0/slot/index.html')
    expect(pids.every(isAlive)).toBe(true)
  })

test('the same attempts do reach the network from an ordinary page', async () => {
  await openSlots('kept')
  await slots.app.electron.evaluate(async ({ BrowserWindow }, origin) => {
    const window = new BrowserWindow({ show: false, webPreferences: { partition: 'ordinary' } })
    await window.loadURL(`${origin}/`)
  }, server.origin)
  const page = await waitUntil('the page', () =>
    slots.app.electron.windows().find((window) => window.url().startsWith(server.origin)),
  )
  await tryNetwork(page)
  await settled()
  expect(server.arrived()).toEqual(expect.arrayContaining(Object.keys(NETWORK_ATTEMPTS)))
})

test('a slot’s page gets nothing of the machine, and nothing of other slots', async () => {
  const { pages } = await openSlots('off')
  const [page, other] = pages as [Page, Page]
  const answers: Record<string, unknown> = {}
  for (const [what, script] of Object.entries(LOCAL_ATTEMPTS)) answers[what] = await page.evaluate(script)
  expect(answers).toEqual(Object.fromEntries(Object.keys(LOCAL_ATTEMPTS).map((what) => [what, 'refused'])))

  await other.evaluate(LISTEN)
  await page.evaluate(LEAVE_MARKS)
  // The marks are there for whom they are meant, or the next line would show nothing.
  expect(String(await page.evaluate(FIND_MARKS))).toContain('localStorage')
  expect(await other.evaluate(FIND_MARKS)).toBe('')
})
