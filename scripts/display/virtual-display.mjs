import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '../setup/commands.mjs'

const START_TIMEOUT_MS = 15_000
const FAMILY_WILD = 0xffff

/** Whether windows can be shown without a virtual display. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY)
}

/** Whether a virtual display can be started. */
export function canStartVirtualDisplay() {
  return process.platform === 'linux' && outputOf('sh', ['-c', 'command -v Xvfb']) !== undefined
}

/**
 * @typedef {object} VirtualDisplay
 * @property {Record<string, string>} env DISPLAY and XAUTHORITY for the programs that shall use it
 * @property {number} pid
 * @property {() => Promise<void>} stop ends the server and removes its files; may be called twice
 */

/**
 * Starts an X server without a screen on a free display, reachable only with its own cookie.
 * @param {{ width?: number, height?: number }} [size] pixels
 * @returns {Promise<VirtualDisplay>}
 * @throws {Error} when it does not come up
 */
export async function startVirtualDisplay({ width = 1280, height = 800 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-display-'))
  const authority = join(folder, 'Xauthority')
  writeFileSync(authority, authorityFile(randomBytes(16)), { mode: 0o600 })
  const screen = ['-screen', '0', `${width}x${height}x24`]
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', ...screen, '-noreset', '-nolisten', 'tcp', '-auth', authority],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  )
  const ended = new Promise((resolve) => {
    server.once('close', resolve)
    server.once('error', resolve)
  })
  const endWithUs = () => server.kill('SIGKILL')
  process.once('exit', endWithUs)
  const stop = async () => {
    server.kill('SIGTERM')
    await ended
    process.off('exit', endWithUs)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const number = await displayNumber(server, ended)
    return { env: { DISPLAY: `:${number}`, XAUTHORITY: authority }, pid: server.pid ?? 0, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * The server writes its display's number to its fourth descriptor once it accepts connections.
 * @param {import('node:child_process').ChildProcess} server
 * @param {Promise<unknown>} ended
 * @returns {Promise<string>}
 */
async function displayNumber(server, ended) {
  const channel = /** @type {import('node:stream').Readable} */ (server.stdio[3])
  let timer
  const failed = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('Xvfb did not come up in time')), START_TIMEOUT_MS)
    void ended.then(() => reject(new Error('Xvfb ended at once')))
  })
  const announced = new Promise((resolve) => {
    let text = ''
    channel.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes('\n')) resolve(text.trim())
    })
  })
  try {
    return await Promise.race([announced, failed])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * An Xauthority file with one entry that fits every display. Fields are a 16-bit big-endian length and bytes.
 * @param {Buffer} cookie 16 bytes
 */
function authorityFile(cookie) {
  const family = Buffer.alloc(2)
  family.writeUInt16BE(FAMILY_WILD)
  const anyAddress = field(Buffer.alloc(0))
  const anyDisplay = field(Buffer.alloc(0))
  return Buffer.concat([
    family,
    anyAddress,
    anyDisplay,
    field(Buffer.from('MIT-MAGIC-COOKIE-1')),
    field(cookie),
  ])
}

/** @param {Buffer} bytes */
function field(bytes) {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}
