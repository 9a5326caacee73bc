import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { electronPath, electronRuntime } from '../../scripts/setup/electron-runtime.mjs'
import { median, printReport } from '../support/bench-report.ts'
import { fakeTrayHost } from '../support/fake-tray-host.ts'
import { APP_DIR, appEnvironment, launchApp } from '../support/launch-app.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * How long the donor waits: from launch to the tray icon, and from the click on it to a painted window, the first
 * time (the page is loaded) and later (it is only shown). The built app with its real engine, on a virtual display.
 */
const RUNS = 7
type Display = Readonly<Record<string, string>>

/** Started plainly: a debugger would be part of what is measured. */
async function launchToTray(display: Display): Promise<number> {
  const host = await fakeTrayHost()
  const home = mkdtempSync(join(tmpdir(), 'powerswarm-start-'))
  const startMs = performance.now()
  const app = spawn(electronPath(), ['--disable-gpu', APP_DIR], {
    env: appEnvironment({ display, busAddress: host.busAddress }, home),
    stdio: 'ignore',
  })
  const item = await host.item
  const trayMs = performance.now() - startMs
  await item.choose('Quit')
  await once(app, 'exit')
  await host.close()
  rmSync(home, { recursive: true, force: true })
  return trayMs
}

async function clickToWindow(display: Display): Promise<{ readonly first: number; readonly later: number }> {
  const host = await fakeTrayHost()
  const app = await launchApp({ display, busAddress: host.busAddress })
  const item = await host.item
  await waitUntil('the engine', async () => (await item.tooltip()) !== 'Starting', 20_000)
  await app.electron.evaluate(({ app: shell }) => {
    shell.on('browser-window-created', (_event, window) => {
      window.on('show', () => Object.assign(globalThis, { shownAtMs: Date.now() }))
    })
  })
  const shownAtMs = () =>
    app.electron.evaluate(() => (globalThis as unknown as { readonly shownAtMs: number }).shownAtMs)

  const firstClickMs = Date.now()
  await item.activate()
  await waitUntil('the window', () => app.isVisible('tray'))
  const page = await app.page('tray')
  const paintedMs = await page.evaluate(
    `new Promise((done) => {
      const seen = (list) => done(performance.timeOrigin + list.getEntries().find(({ name }) => name === 'first-contentful-paint').startTime)
      new PerformanceObserver(seen).observe({ type: 'paint', buffered: true })
    })`,
  )
  const first = Math.max(Number(paintedMs), await shownAtMs()) - firstClickMs
  await item.activate()
  await waitUntil('the window’s end', async () => !(await app.isVisible('tray')))
  // A click this soon after the window went would count as the one that closed it.
  await new Promise((done) => setTimeout(done, 400))
  const laterClickMs = Date.now()
  await item.activate()
  await waitUntil('the window', () => app.isVisible('tray'))
  const later = (await shownAtMs()) - laterClickMs
  await app.close()
  await host.close()
  return { first, later }
}

const display = await startVirtualDisplay()
const tray: number[] = []
const windows: { readonly first: number; readonly later: number }[] = []
for (let run = 0; run < RUNS; run++) tray.push(await launchToTray(display.env))
for (let run = 0; run < RUNS; run++) windows.push(await clickToWindow(display.env))
await display.stop()

const figures = {
  trayMs: Math.round(median(tray)),
  windowMs: Math.round(median(windows.map(({ first }) => first))),
  windowAgainMs: Math.round(median(windows.map(({ later }) => later))),
}
const all = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(' ')
console.log(`launch → tray icon:        ${figures.trayMs} ms (${all(tray)}), target 1500`)
console.log(
  `click → window, first:     ${figures.windowMs} ms (${all(windows.map(({ first }) => first))}), target 200`,
)
console.log(
  `click → window, later:     ${figures.windowAgainMs} ms (${all(windows.map(({ later }) => later))})`,
)
const runtime = electronRuntime()
printReport({ bench: 'start', figures, versions: { electron: runtime?.version ?? 'none' } })
