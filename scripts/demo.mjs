import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand, startCommand } from './demo/command-line.mjs'
import { startDesktopApp } from './demo/desktop-app.mjs'
import { project, work } from './demo/mersenne.mjs'
import { followProgress, seconds } from './demo/progress.mjs'
import { picture } from './demo/picture.mjs'
import { collectResults, summarise } from './demo/summary.mjs'
import { canStartVirtualDisplay, hasDisplay, startVirtualDisplay } from './display/virtual-display.mjs'
import { electronRuntime } from './setup/electron-runtime.mjs'
import { outDir, runtimeDir } from './setup/paths.mjs'

/**
 * The main job on one computer, on real parts: a private DHT, a publisher that serves the search for Mersenne primes,
 * a headless donor, and the desktop app as the second donor (where it cannot run: a second headless one).
 *
 * With a display the window opens and stays until it is quit. Without one the app runs in a virtual display and the
 * demo ends with a summary.
 * @param {{ startedMs: number, aptMs: number }} times
 * @returns {Promise<number>} exit status: 0 when everything was verified and every sum agrees
 */
export async function runDemo(times) {
  const home = join(runtimeDir, 'demo')
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  console.log(`Demo in ${home}: idle after 3 s, screensaver after 5 s, nothing leaves this computer`)
  /** @type {(() => Promise<void>)[]} what to end, the latest first */
  const ends = []
  try {
    return await Promise.race([demo(home, ends, times), interrupted()])
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** Ctrl-C and kill end the demo like its end does: everything it started is stopped. */
function interrupted() {
  return new Promise((resolve) => {
    for (const [signal, status] of /** @type {const} */ ([
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ]))
      process.once(signal, () => resolve(status))
  })
}

/**
 * @param {string} home
 * @param {(() => Promise<void>)[]} ends
 * @param {{ startedMs: number, aptMs: number }} times
 */
async function demo(home, ends, times) {
  const homes = {
    publisher: join(home, 'publisher'),
    headless: join(home, 'headless'),
    app: join(home, 'app'),
  }
  const dht = startCommand(homes.publisher, 'bootstrap', '--host', '127.0.0.1')
  ends.push(dht.stop)
  const { bootstrap } = await dht.until((line) => line.bootstrap, 'the private DHT was up')
  const link = await publish(homes.publisher, bootstrap)
  const publisher = startCommand(homes.publisher, 'serve', '--verify-cores', '0', '--host', '127.0.0.1')
  ends.push(publisher.stop)
  await publisher.until((line) => line.serving, 'it served')
  console.log(`Publisher serves ${work.units} units, quorum ${project.quorum}: ${link}`)

  const app = await startApp(homes.app, ends)
  if (!app.desktop) console.log(`No desktop app: ${app.why}. Two headless donors compute instead`)
  const settings = ['idleSeconds=3', 'screensaverSeconds=5']
  if (app.desktop) {
    await runCommand(homes.app, 'donor', 'set', ...settings)
    await runCommand(homes.app, 'donor', 'join', link)
  }
  const second = app.desktop
    ? startCommand(homes.app, 'donor', 'status', '--follow')
    : startCommand(homes.app, 'donate', link, '--cores', '1')
  ends.push(second.stop)
  const headless = startCommand(homes.headless, 'donate', link, '--cores', '1')
  ends.push(headless.stop)

  await followProgress({
    publisher,
    second,
    headless,
    units: work.units,
    secondName: app.desktop ? 'app' : 'donor 2',
  })
  const results = await collectResults(homes.publisher, join(home, 'results'))
  const shot = app.desktop && app.observed ? await picture(app.desktop, join(home, 'window.png')) : undefined
  const fault = summarise({
    results,
    publisher: publisher.latest(),
    donors: [second.latest(), headless.latest()],
    ...(shot === undefined ? {} : { shot }),
  })
  const spent = Date.now() - times.startedMs
  console.log(`Time: ${seconds(spent - times.aptMs)}, set-up included, and ${seconds(times.aptMs)} in apt`)
  if (fault !== undefined) {
    console.error(`The demo failed: ${fault}`)
    return 1
  }
  if (!app.desktop || app.observed) return 0
  console.log('The window stays. Quit from the tray, or press Ctrl-C')
  return app.desktop.ended
}

/**
 * @param {string} home
 * @param {string} bootstrap
 * @returns {Promise<string>} the project's link
 */
async function publish(home, bootstrap) {
  const { name, title, purpose, argTemplate, range, quorum, memoryLimitBytes, maxFuel } = project
  const create = [
    'project',
    'create',
    title,
    '--purpose',
    purpose,
    '--bootstrap',
    bootstrap,
    '--publish-results',
  ]
  const { link } = await runCommand(home, ...create)
  const memory = ['--memory', String(memoryLimitBytes)]
  await runCommand(home, 'app', 'add', join(outDir, `demo/${name}.wasm`), ...memory)
  const units = ['--range', `${range.from}..${range.to}`, ...argTemplate.flatMap((text) => ['--arg', text])]
  const rules = ['--quorum', String(quorum), '--max-fuel', String(maxFuel)]
  await runCommand(home, 'batch', 'add', '--app', name, ...units, ...rules)
  return link
}

/**
 * @param {string} home
 * @param {(() => Promise<void>)[]} ends
 * @returns {Promise<{ desktop?: import('./demo/desktop-app.mjs').DesktopApp, observed: boolean, why: string }>}
 */
async function startApp(home, ends) {
  const observed = !hasDisplay()
  if (electronRuntime() === undefined) return { observed, why: 'there is no Electron for this machine' }
  if (observed && !canStartVirtualDisplay()) return { observed, why: 'there is no display; install xvfb' }
  const display = observed ? await startVirtualDisplay() : undefined
  if (display) ends.push(display.stop)
  const desktop = await startDesktopApp({ home, display: display?.env ?? {}, observed })
  ends.push(desktop.stop)
  return { desktop, observed, why: '' }
}
