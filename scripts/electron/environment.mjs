import { electronRuntime } from '../setup/electron-runtime.mjs'
import { node24Path } from '../setup/node-runtime.mjs'

/**
 * What the environment of a development Electron needs:
 * - ELECTRON_OVERRIDE_DIST_PATH, ELECTRON_EXEC_PATH: the runtime, for `require('electron')` and electron-vite
 * - POWERSWARM_NODE: the Node 24 that runs the engine where Electron's own Node is too old for native modules
 * - ELECTRON_DISABLE_SANDBOX: only as root, for whom Chromium does not start otherwise
 * @returns {Record<string, string>}
 * @throws {Error} when no runtime is ready
 */
export function electronEnvironment() {
  const runtime = electronRuntime()
  if (runtime === undefined)
    throw new Error('no Electron runs on this machine; use "npm run powerswarm -- donate"')
  return {
    ELECTRON_OVERRIDE_DIST_PATH: runtime.dir,
    ELECTRON_EXEC_PATH: runtime.path,
    POWERSWARM_NODE: node24Path(),
    ...(process.getuid?.() === 0 ? { ELECTRON_DISABLE_SANDBOX: '1' } : {}),
  }
}
