import { canStartVirtualDisplay, hasDisplay, startVirtualDisplay } from '../display/virtual-display.mjs'
import { electronPath } from '../setup/electron-runtime.mjs'
import { runForeground } from '../setup/foreground.mjs'
import { rootDir } from '../setup/paths.mjs'
import { electronEnvironment } from './environment.mjs'

/**
 * Runs the built app until it ends, in a virtual display when there is no other.
 * @param {string[]} args arguments for the app
 * @returns {Promise<number>} its exit status
 */
export function launchApp(args) {
  return withDisplay((display) =>
    runForeground(electronPath(), [...virtualDisplaySwitches(display), rootDir, ...args], {
      env: { ...process.env, ...electronEnvironment(), ...display },
    }),
  )
}

/**
 * On a virtual display the graphics process fails and is started again, and a window that opens meanwhile may never
 * be painted.
 * @param {Record<string, string>} display what `withDisplay` adds to the environment
 */
export function virtualDisplaySwitches(display) {
  return Object.keys(display).length === 0 ? [] : ['--disable-gpu']
}

/**
 * @template T
 * @param {(env: Record<string, string>) => Promise<T>} work gets what to add to the environment: nothing where a
 * display exists
 * @returns {Promise<T>}
 */
export async function withDisplay(work) {
  if (hasDisplay()) return work({})
  if (!canStartVirtualDisplay()) throw new Error('there is no display: install xvfb, or set DISPLAY')
  const display = await startVirtualDisplay()
  try {
    return await work(display.env)
  } finally {
    await display.stop()
  }
}
