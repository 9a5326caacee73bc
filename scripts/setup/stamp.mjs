// A stamp is a small file that says "this was done for that input". It is written last, so that work that was
// interrupted is done again.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The text of a file, or undefined when it cannot be read (absent, a folder, no permission).
 * @param {string} path
 * @returns {string | undefined}
 */
export function readIfPresent(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string} path
 * @param {string} value
 * @returns {boolean} true when the stamp at `path` was written for exactly `value`
 */
export function isStamped(path, value) {
  return readIfPresent(path) === value
}

/**
 * Writes through a rename, so that a reader never sees half a stamp.
 * @param {string} path
 * @param {string} value
 */
export function writeStamp(path, value) {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, value)
  renameSync(temporary, path)
}

/** @param {string} path */
export function clearStamp(path) {
  rmSync(path, { force: true })
}

/**
 * @param {string | Uint8Array} content
 * @returns {string} lowercase hex SHA-256
 */
export function hashOf(content) {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * One hash over the names, sizes and modification times of all files under the given files and folders.
 * Cheap (no file is read); absent paths count as absent. Used to decide whether a build is out of date.
 * @param {string[]} paths absolute
 * @returns {string} lowercase hex SHA-256
 */
export function hashOfTrees(paths) {
  /** @type {string[]} */
  const lines = []
  for (const path of paths) collect(path, lines)
  return hashOf(lines.sort().join('\n'))
}

/**
 * @param {string} path
 * @param {string[]} lines
 */
function collect(path, lines) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (stat.isDirectory()) for (const name of readdirSync(path)) collect(join(path, name), lines)
  else lines.push(`${path} ${stat.size} ${stat.mtimeMs}`)
}
