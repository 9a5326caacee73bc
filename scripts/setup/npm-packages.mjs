import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, run, tail } from './commands.mjs'
import { modulesDir, rootDir } from './paths.mjs'
import { hashOf, isStamped, readIfPresent, writeStamp } from './stamp.mjs'

const lockfilePath = join(rootDir, 'package-lock.json')
const stampPath = join(modulesDir, '.powerswarm-setup')

/**
 * Installs what package-lock.json says when node_modules was not installed from it.
 * @param {(line: string) => void} log
 */
export async function ensureNpmPackages(log) {
  const lockfile = readFileSync(lockfilePath, 'utf8')
  const wanted = hashOf(lockfile)
  if (isStamped(stampPath, wanted)) return
  const installed = readIfPresent(join(modulesDir, '.package-lock.json'))
  if (installed === undefined || !matchesLockfile(lockfile, installed)) {
    // npm would empty the folder that the link leads to, and with it another checkout.
    if (isLink(modulesDir))
      throw new Error(
        `${modulesDir} is a link to packages of another version; remove the link, or install there`,
      )
    log('npm packages: installing')
    const { command, args, shell } = npmCommand(['ci'])
    const { status, output } = await run(command, args, { cwd: rootDir, shell })
    if (status !== 0) throw new Error(`npm ci failed:\n${tail(output)}`)
  }
  writeStamp(stampPath, wanted)
}

/** @param {string} path */
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/**
 * Whether a node_modules that somebody installed by hand is the one the lockfile describes.
 * @param {string} lockfile text of package-lock.json
 * @param {string} installed text of node_modules/.package-lock.json, npm's own record of what it installed
 */
export function matchesLockfile(lockfile, installed) {
  const wanted = packagesOf(lockfile)
  const present = packagesOf(installed)
  for (const [path, entry] of wanted) {
    const found = present.get(path)
    if (found === undefined ? !entry.optional : found.version !== entry.version) return false
    if (found !== undefined && found.integrity !== entry.integrity) return false
  }
  return [...present.keys()].every((path) => wanted.has(path))
}

/**
 * @param {string} text
 * @returns {Map<string, { version?: string, integrity?: string, optional?: boolean }>} by path in node_modules
 */
function packagesOf(text) {
  const { packages = {} } = JSON.parse(text)
  return new Map(Object.entries(packages).filter(([path]) => path !== ''))
}
