import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { downloadOfficial } from './electron-download.mjs'
import { fallbackDir, fallbackIsPossible, fallbackIsPrepared, prepareFallback } from './fallback-electron.mjs'
import { modulesDir, runtimeDir } from './paths.mjs'
import { clearStamp, readIfPresent, writeStamp } from './stamp.mjs'

const packageDir = join(modulesDir, 'electron')

/** Remembers for which version the download failed, so that later runs do not wait for it again. */
const failurePath = join(runtimeDir, 'electron-download-failed')

/**
 * @typedef {object} ElectronRuntime
 * @property {'official' | 'fallback'} kind
 * @property {string} version without a leading v
 * @property {string} dir the folder for ELECTRON_OVERRIDE_DIST_PATH
 * @property {string} path the executable
 */

/**
 * The Electron that is ready to run, or undefined when none is. Looks only; prepares nothing.
 * @returns {ElectronRuntime | undefined}
 */
export function electronRuntime() {
  return officialRuntime() ?? fallbackRuntime()
}

/**
 * Path of the Electron executable.
 * @throws {Error} when no runtime is there
 */
export function electronPath() {
  return readyRuntime().path
}

/**
 * Prepares a runtime when none is there: Electron's own first, else the fallback.
 * POWERSWARM_RETRY_ELECTRON=1 tries Electron's own again after a failure.
 * @param {(line: string) => void} log
 * @returns {Promise<ElectronRuntime | undefined>} undefined when this machine can have neither
 */
export async function ensureElectron(log) {
  const official = officialRuntime() ?? (await tryOfficial(log))
  if (official !== undefined) return official
  if (!fallbackIsPossible()) return undefined
  if (!fallbackIsPrepared()) {
    log('Electron: preparing the fallback runtime')
    await prepareFallback()
  }
  return fallbackRuntime()
}

function readyRuntime() {
  const runtime = electronRuntime()
  if (runtime === undefined) throw new Error('no Electron runtime is ready: run "npm run setup"')
  return runtime
}

/** @returns {ElectronRuntime | undefined} */
function officialRuntime() {
  const dir = join(packageDir, 'dist')
  const version = readIfPresent(join(dir, 'version'))?.trim().replace(/^v/, '')
  const executable = readIfPresent(join(packageDir, 'path.txt'))
  if (version === undefined || executable === undefined || version !== packageVersion()) return undefined
  const path = join(dir, executable)
  return existsSync(path) ? { kind: 'official', version, dir, path } : undefined
}

/** @returns {ElectronRuntime | undefined} */
function fallbackRuntime() {
  if (!fallbackIsPossible() || !fallbackIsPrepared()) return undefined
  const version = readIfPresent(join(fallbackDir, 'version'))?.trim() ?? 'unknown'
  return { kind: 'fallback', version, dir: fallbackDir, path: join(fallbackDir, 'electron') }
}

/** @param {(line: string) => void} log */
async function tryOfficial(log) {
  const version = packageVersion()
  if (version === undefined) return undefined
  const retry = process.env.POWERSWARM_RETRY_ELECTRON === '1'
  if (!retry && readIfPresent(failurePath) === version) return undefined
  log(`Electron: downloading ${version}`)
  mkdirSync(runtimeDir, { recursive: true })
  const failure = await downloadOfficial(packageDir, runtimeDir)
  const runtime = officialRuntime()
  if (runtime !== undefined) {
    clearStamp(failurePath)
    return runtime
  }
  log(`Electron: its own binary cannot be downloaded (${failure ?? 'nothing was unpacked'})`)
  writeStamp(failurePath, version)
  return undefined
}

/** @returns {string | undefined} */
function packageVersion() {
  const manifest = readIfPresent(join(packageDir, 'package.json'))
  return manifest === undefined ? undefined : JSON.parse(manifest).version
}
