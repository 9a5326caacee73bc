import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runtimeDir } from './paths.mjs'
import { readIfPresent } from './stamp.mjs'

const RETRY_MS = 100
const SAY_SO_AFTER_MS = 5_000

/**
 * Runs `work` while no other process of this checkout holds the lock of that name. A lock whose owner has died is
 * taken over. Not re-entrant.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  mkdirSync(runtimeDir, { recursive: true })
  const path = join(runtimeDir, `${name}.lock`)
  for (let waitedMs = 0; !take(path); waitedMs += RETRY_MS) {
    if (waitedMs === SAY_SO_AFTER_MS)
      console.error(`waiting for process ${readIfPresent(path) ?? ''} (${path})`)
    await delay(RETRY_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function take(path) {
  try {
    writeFileSync(path, identityOf(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  }
  if (ownerIsGone(path)) rmSync(path, { force: true })
  return false
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function ownerIsGone(path) {
  const owner = readIfPresent(path)
  // An empty file belongs to a process that is between creating and writing it.
  if (owner === undefined || owner === '') return false
  return !isRunning(owner)
}

/**
 * Whether the process of that identity is there.
 * @param {string} identity what `identityOf` said of it
 */
export function isRunning(identity) {
  const pid = Number.parseInt(identity, 10)
  return isAlive(pid) && identityOf(pid) === identity
}

/**
 * The process id, and on Linux when the process started: ids are used again, in containers soon.
 * @param {number} pid
 */
export function identityOf(pid) {
  const stat = readIfPresent(`/proc/${pid}/stat`)
  // The fields after the program's name, which may itself hold spaces and brackets; the start is field 22 of all.
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return started === undefined ? String(pid) : `${pid} ${started}`
}

/**
 * Whether a process exists; one of another user does.
 * @param {number} pid
 */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
