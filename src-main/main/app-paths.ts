import { app } from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Folders and files of the running app, all absolute. */
export interface AppPaths {
  /** The data folder: `$POWERSWARM_HOME`, else Electron's userData. */
  readonly home: string
  /** Built renderers, one folder for each window. */
  readonly rendererDir: string
  readonly preloadDir: string
  readonly iconDir: string
  readonly demoDir: string
  /** Entry of the engine process. */
  readonly enginePath: string
  /** What the app was started from: the repository, or the packaged app. */
  readonly appDir: string
}

/**
 * Settles where everything is; call before the single-instance lock, which lives in userData. With
 * `$POWERSWARM_HOME` Chromium's own files go to a folder inside it, so that two homes are two apps.
 * @param mainDir folder of the built main process, `out/main`
 */
export function settlePaths(mainDir: string): AppPaths {
  const chosen = process.env.POWERSWARM_HOME
  if (chosen !== undefined && chosen !== '') {
    const chromiumDir = join(resolve(chosen), 'chromium')
    mkdirSync(chromiumDir, { recursive: true, mode: 0o700 })
    app.setPath('userData', chromiumDir)
  }
  const outDir = join(mainDir, '..')
  const appDir = join(outDir, '..')
  return {
    home: chosen === undefined || chosen === '' ? app.getPath('userData') : resolve(chosen),
    rendererDir: join(outDir, 'renderer'),
    preloadDir: join(outDir, 'preload'),
    iconDir: join(appDir, 'resources', 'icons'),
    demoDir: join(outDir, 'demo'),
    enginePath: engineEntry(mainDir),
    appDir,
  }
}

/** Tests put a small engine in the place of the built one; a packaged app takes no such hint. */
function engineEntry(mainDir: string): string {
  const replacement = process.env.POWERSWARM_ENGINE
  if (replacement !== undefined && replacement !== '' && !app.isPackaged) return resolve(replacement)
  return join(mainDir, 'engine.js')
}
