import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { node24Path } from './node-runtime.mjs'

/** A download is given up when nothing has arrived for this long; a slow one that moves may take its time. */
const STALL_MS = 20_000
const CHECK_MS = 1_000

/**
 * Lets the electron package download its own binary. Leaves nothing running.
 * @param {string} packageDir the installed electron package
 * @param {string} scratchDir an existing folder for the partial download
 * @returns {Promise<string | undefined>} why it failed, in one line; undefined when it did not
 */
export async function downloadOfficial(packageDir, scratchDir) {
  const partialDir = mkdtempSync(join(scratchDir, 'download-'))
  try {
    return await download(packageDir, partialDir)
  } finally {
    rmSync(partialDir, { recursive: true, force: true })
  }
}

/**
 * @param {string} packageDir
 * @param {string} partialDir
 * @returns {Promise<string | undefined>}
 */
function download(packageDir, partialDir) {
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: partialDir, TEMP: partialDir, TMP: partialDir }
    const child = spawn(node24Path(), [join(packageDir, 'install.js')], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (chunk) => (errors += String(chunk)))

    let stalled = false
    let seenBytes = 0
    let lastProgress = Date.now()
    const watch = setInterval(() => {
      const bytes = sizeOf(partialDir) + sizeOf(join(packageDir, 'dist'))
      if (bytes !== seenBytes) lastProgress = Date.now()
      seenBytes = bytes
      stalled = Date.now() - lastProgress > STALL_MS
      if (stalled) child.kill('SIGKILL')
    }, CHECK_MS)
    const finish = (/** @type {string | undefined} */ failure) => {
      clearInterval(watch)
      resolve(failure)
    }
    child.once('error', (error) => finish(error.message))
    child.once('close', (status) => {
      if (stalled) finish(`nothing arrived for ${STALL_MS / 1000} s`)
      else finish(status === 0 ? undefined : (errors.split('\n', 1)[0] ?? `exit status ${status}`))
    })
  })
}

/**
 * @param {string} path
 * @returns {number} bytes of all files below; 0 when absent
 */
function sizeOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((total, name) => total + sizeOf(join(path, name)), 0)
}
