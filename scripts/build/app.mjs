import { join } from 'node:path'
import { electronRuntime } from '../setup/electron-runtime.mjs'
import { withLock } from '../setup/lock.mjs'
import { outDir, rootDir } from '../setup/paths.mjs'
import { ensureSlotHostBuilt } from './slot-host.mjs'
import { clearStamp, hashOfTrees, isStamped, writeStamp } from '../setup/stamp.mjs'

const SOURCES = [
  'src-main',
  'src-renderer',
  'electron.vite.config.ts',
  'svelte.config.js',
  'package.json',
  'package-lock.json',
  'scripts/build',
]

const stampPath = join(outDir, '.built')

/**
 * Builds out/main, out/preload and out/renderer when a source changed since the last build. Needs Node 24.
 * @param {(line: string) => void} log
 * @returns {Promise<boolean>} whether it built
 */
export async function ensureAppBuilt(log) {
  if (isStamped(stampPath, sourcesHash())) return false
  return withLock('build', async () => {
    // Taken before the build: a source that changes meanwhile makes the next build.
    const hash = sourcesHash()
    if (isStamped(stampPath, hash)) return false
    log('building the app')
    clearStamp(stampPath)
    await buildApp(log)
    writeStamp(stampPath, hash)
    return true
  })
}

function sourcesHash() {
  return hashOfTrees(SOURCES.map((path) => join(rootDir, path)))
}

/** @param {(line: string) => void} log */
async function buildApp(log) {
  // electron-vite asks this Electron for its version and, without it, tries a download.
  const runtime = electronRuntime()
  if (runtime !== undefined) {
    process.env.ELECTRON_OVERRIDE_DIST_PATH = runtime.dir
    process.env.ELECTRON_EXEC_PATH = runtime.path
  }
  const { build } = await import('electron-vite')
  await build({ root: rootDir, logLevel: 'warn' })
  await ensureSlotHostBuilt(log)
}
