import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { outDir } from '../setup/paths.mjs'

const cliPath = join(outDir, 'main/cli.js')

/**
 * A command of the built command line that goes on until it is stopped, for instance `serve`.
 * @typedef {object} RunningCommand
 * @property {() => any} latest the last JSON line it printed; undefined before the first
 * @property {(fits: (line: any) => boolean, what: string) => Promise<any>} until the first JSON line that fits,
 * the last one included; rejects when the command ends first
 * @property {() => Promise<void>} stop asks it to end and waits
 */

/**
 * @param {string} home data folder
 * @param {string[]} args
 * @returns {Promise<any>} the command's answer, parsed
 * @throws {Error} with the command's own message when it fails
 */
export async function runCommand(home, ...args) {
  const child = spawnCommand(home, args)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (child.exitCode !== 0) throw new Error(`powerswarm ${args[0]} failed: ${err.trim()}`)
  return JSON.parse(out)
}

/**
 * @param {string} home data folder
 * @param {string[]} args
 * @returns {RunningCommand}
 */
export function startCommand(home, ...args) {
  const child = spawnCommand(home, args)
  const closed = once(child, 'close')
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint = `${complaint}${chunk}`.slice(-2000)))
  /** @type {any} */
  let latest
  /** @type {Set<(line: any) => void>} */
  const watchers = new Set()
  createInterface({ input: child.stdout }).on('line', (line) => {
    latest = JSON.parse(line)
    for (const watch of watchers) watch(latest)
  })
  return {
    latest: () => latest,
    until: (fits, what) =>
      new Promise((resolve, reject) => {
        const watch = (/** @type {any} */ line) => {
          if (!fits(line)) return
          watchers.delete(watch)
          resolve(line)
        }
        void closed.then(() =>
          reject(new Error(`powerswarm ${args[0]} ended before ${what}: ${complaint.trim()}`)),
        )
        watchers.add(watch)
        if (latest !== undefined) watch(latest)
      }),
    stop: async () => {
      child.kill('SIGTERM')
      await closed
    },
  }
}

/**
 * @param {string} home
 * @param {string[]} args
 */
function spawnCommand(home, args) {
  const child = spawn(process.execPath, [cliPath, ...args, '--json'], {
    env: { ...process.env, POWERSWARM_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // However this process ends, it leaves none behind.
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  child.once('close', () => process.off('exit', endWithUs))
  return child
}

/** @param {NodeJS.ReadableStream} stream */
async function text(stream) {
  let all = ''
  for await (const chunk of stream) all += String(chunk)
  return all
}
