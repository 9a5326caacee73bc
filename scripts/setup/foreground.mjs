import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a command in this process's place: same terminal, signals passed on.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} its exit status; 128 + the signal's number when a signal ended it
 */
export async function runForeground(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: 'inherit' })
  // At a terminal Ctrl-C reaches the whole group; passing it on as well would deliver it twice.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  /** @type {[NodeJS.Signals, () => void][]} */
  const handlers = FORWARDED.map((signal) => [
    signal,
    () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal)
    },
  ])
  for (const [signal, handler] of handlers) process.on(signal, handler)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (status, signal) => {
        resolve(signal === null ? (status ?? 1) : 128 + constants.signals[signal])
      })
    })
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}
