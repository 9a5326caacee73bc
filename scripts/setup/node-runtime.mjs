import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runForeground } from './foreground.mjs'
import { modulesDir } from './paths.mjs'

const OLDEST_HOST_MAJOR = 20
const NEEDED_MAJOR = 24

/** @param {string} version like `v20.20.2` or `20.20.2` */
export function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10)
}

/**
 * Whether the Node that runs set-up is new enough for set-up itself.
 * @throws {Error} with a message for the person at the terminal
 */
export function checkHostNode() {
  if (majorOf(process.versions.node) < OLDEST_HOST_MAJOR) {
    throw new Error(`Node ${OLDEST_HOST_MAJOR} or newer is needed; this is ${process.version}`)
  }
}

/**
 * Where the Node 24 of the npm packages is, if the platform has one.
 * @param {string} platform
 * @param {string} arch
 */
export function packagedNodePath(platform, arch) {
  const windows = platform === 'win32'
  const folder = windows ? `node-win-${arch}` : `node-${platform}-${arch}`
  return join(modulesDir, folder, 'bin', windows ? 'node.exe' : 'node')
}

/**
 * Absolute path of the Node 24 (or newer) that runs everything but set-up.
 * @returns {string}
 * @throws {Error} when there is none, with the remedy
 */
export function node24Path() {
  const packaged = packagedNodePath(process.platform, process.arch)
  if (existsSync(packaged)) return packaged
  if (majorOf(process.versions.node) >= NEEDED_MAJOR) return process.execPath
  throw new Error(
    `no Node ${NEEDED_MAJOR} comes as a package for ${process.platform}-${process.arch}: ` +
      `install Node ${NEEDED_MAJOR} and run this again`,
  )
}

/** Whether this process runs under Node 24 or newer. */
export function isNode24() {
  return majorOf(process.versions.node) >= NEEDED_MAJOR
}

/**
 * Runs the calling script again under Node 24, with the same arguments, and ends this process as that one ended.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<never>}
 */
export async function restartUnderNode24(env) {
  process.exit(await runForeground(node24Path(), process.argv.slice(1), { env }))
}
