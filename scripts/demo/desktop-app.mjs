import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { virtualDisplaySwitches } from '../electron/launch.mjs'
import { electronEnvironment } from '../electron/environment.mjs'
import { electronPath } from '../setup/electron-runtime.mjs'
import { rootDir } from '../setup/paths.mjs'

/**
 * @typedef {object} DesktopApp
 * @property {Promise<number>} ended exit status
 * @property {string | undefined} debugUrl where its windows can be looked at, when asked for
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the built desktop app with its window open.
 * @param {{ home: string, display: Record<string, string>, observed: boolean }} init `observed`: a debugging port on
 * loopback, for the picture at the end
 * @returns {Promise<DesktopApp>}
 */
export async function startDesktopApp({ home, display, observed }) {
  const flags = observed
    ? [
        '--remote-debugging-port=0',
        '--remote-debugging-address=127.0.0.1',
        ...virtualDisplaySwitches(display),
      ]
    : []
  const child = spawn(electronPath(), [...flags, rootDir], {
    env: {
      ...process.env,
      ...electronEnvironment(),
      ...display,
      POWERSWARM_HOME: home,
      POWERSWARM_SHOW_WINDOW: '1',
      POWERSWARM_KEEP_WINDOW: '1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const ended = once(child, 'close').then(([status]) => {
    process.off('exit', endWithUs)
    return status ?? 1
  })
  const debugUrl = await debuggingUrl(child.stderr, observed, ended)
  return {
    ended,
    debugUrl,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/**
 * Chromium says on standard error where it listens.
 * @param {NodeJS.ReadableStream} stderr
 * @param {boolean} observed
 * @param {Promise<number>} ended
 */
async function debuggingUrl(stderr, observed, ended) {
  let said = ''
  if (!observed) {
    stderr.resume()
    return undefined
  }
  return new Promise((resolve, reject) => {
    stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000)
      const match = /DevTools listening on (ws:\/\/\S+)/.exec(said)
      if (match) resolve(match[1])
    })
    void ended.then((status) => reject(new Error(`the app ended with status ${status}: ${said.trim()}`)))
  })
}
