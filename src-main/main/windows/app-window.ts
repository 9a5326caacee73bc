import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron'
import { join } from 'node:path'
import type { WindowKind } from '../../contracts/ipc.ts'
import type { AppPaths } from '../app-paths.ts'
import { windowUrl } from '../scheme.ts'
import { SAFE_PREFERENCES } from '../security.ts'
import type { UiBridge } from '../ui-bridge.ts'

/** A window of this app, not yet shown: its page loads and speaks its schema over the bridge. */
export function createAppWindow(
  kind: WindowKind,
  paths: AppPaths,
  bridge: UiBridge,
  options: BrowserWindowConstructorOptions,
): BrowserWindow {
  const window = new BrowserWindow({
    ...options,
    show: false,
    frame: false,
    title: 'Powerswarm',
    webPreferences: { ...SAFE_PREFERENCES, preload: join(paths.preloadDir, `${kind}.cjs`) },
  })
  bridge.admit(kind, window)
  window.loadURL(windowUrl(kind)).catch((error: unknown) => {
    // A window that was closed while it loaded is no failure.
    if (!window.isDestroyed()) process.stderr.write(`The ${kind} window did not load: ${String(error)}\n`)
  })
  return window
}
