import { electronRuntime, ensureElectron } from './electron-runtime.mjs'
import { ensureNpmPackages } from './npm-packages.mjs'
import { checkHostNode, node24Path } from './node-runtime.mjs'
import { ensureSystemPackages } from './system-packages.mjs'
import { withLock } from './lock.mjs'

/**
 * Makes this checkout runnable: npm packages, Node 24, an Electron, system packages. Says what it does and nothing
 * when all is there. Builds are separate (`ensureBuilt`).
 * @param {(line: string) => void} log one line at a time
 * @returns {Promise<{ aptMs: number }>} time spent in apt-get, which reports count apart
 */
export async function ensureReady(log) {
  checkHostNode()
  return withLock('setup', async () => {
    await ensureNpmPackages(log)
    node24Path()
    const { aptMs, missing, failure } = await ensureSystemPackages(log)
    if (failure !== undefined) log(`system packages: not installed (${failure})`)
    if (missing.length > 0) log(`system packages: for the desktop app install ${missing.join(' ')}`)
    await ensureElectron(log)
    return { aptMs }
  })
}

/** One line that says which Electron runs. */
export function runtimeLine() {
  const runtime = electronRuntime()
  if (runtime === undefined)
    return 'Electron: none for this machine; the command line works, the desktop app does not'
  if (runtime.kind === 'official') return `Electron: ${runtime.version}`
  return `Electron: ${runtime.version}, the fallback runtime for development and tests (its own binary cannot be had here)`
}
