import { statSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf, run, tail } from './commands.mjs'
import { runtimeDir } from './paths.mjs'
import { clearStamp, readIfPresent, writeStamp } from './stamp.mjs'

/**
 * What Electron and the app tests need from a bare Debian. Where releases name a library differently, the first name
 * that the release knows is installed.
 */
export const SYSTEM_PACKAGES = [
  ['xvfb'],
  ['xauth'],
  ['dbus'],
  ['xdotool'],
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libxss1'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['libdrm2'],
  ['libxkbcommon0'],
]

const RETRY_AFTER_MS = 3_600_000
const failurePath = join(runtimeDir, 'system-packages-failed')

/**
 * @typedef {object} SystemPackagesReport
 * @property {string[]} missing what is still missing (first known name of each)
 * @property {number} aptMs time spent in apt-get, 0 when it did not run
 * @property {string} [failure] why apt-get could not install them
 */

/**
 * Installs missing system packages on Debian as root. Elsewhere it only reports: on Debian without root what is
 * missing; on systems without dpkg nothing, since nothing is known.
 * @param {(line: string) => void} log
 * @returns {Promise<SystemPackagesReport>}
 */
export async function ensureSystemPackages(log) {
  const wanted = missingPackages(installedPackages())
  if (wanted.length === 0) return { missing: [], aptMs: 0 }
  const names = wanted.map((alternatives) => alternatives.at(-1) ?? '')
  if (process.getuid?.() !== 0 || outputOf('apt-get', ['--version']) === undefined)
    return { missing: names, aptMs: 0 }
  if (failedRecently(names))
    return { missing: names, aptMs: 0, failure: 'apt-get failed within the last hour' }
  return install(wanted, names, log)
}

/**
 * @param {ReadonlySet<string> | undefined} installed undefined where dpkg does not exist
 * @returns {string[][]} the entries of SYSTEM_PACKAGES of which no alternative is installed
 */
export function missingPackages(installed) {
  if (installed === undefined) return []
  return SYSTEM_PACKAGES.filter((alternatives) => !alternatives.some((name) => installed.has(name)))
}

/** @returns {Set<string> | undefined} */
function installedPackages() {
  if (process.platform !== 'linux') return undefined
  const list = outputOf('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n'])
  if (list === undefined) return undefined
  const lines = list.split('\n').filter((line) => line.startsWith('installed '))
  return new Set(lines.map((line) => line.slice('installed '.length)))
}

/**
 * @param {string[][]} wanted
 * @param {string[]} names
 * @param {(line: string) => void} log
 * @returns {Promise<SystemPackagesReport>}
 */
async function install(wanted, names, log) {
  log(`system packages: installing ${names.join(', ')}`)
  const started = Date.now()
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-q'], { env })
  const known = wanted.map((alternatives) => alternatives.find(aptKnows) ?? alternatives.at(-1) ?? '')
  const { status, output } = await run(
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', ...known],
    { env },
  )
  const aptMs = Date.now() - started
  if (status === 0) {
    clearStamp(failurePath)
    return { missing: [], aptMs }
  }
  writeStamp(failurePath, names.join(' '))
  return { missing: names, aptMs, failure: tail(output, 3) }
}

/** @param {string} name */
function aptKnows(name) {
  return outputOf('apt-cache', ['show', '--no-all-versions', name]) !== undefined
}

/** @param {string[]} names */
function failedRecently(names) {
  if (readIfPresent(failurePath) !== names.join(' ')) return false
  const failedMs = statSync(failurePath, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return Date.now() - failedMs < RETRY_AFTER_MS
}
