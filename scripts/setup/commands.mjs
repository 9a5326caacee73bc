import { spawn, spawnSync } from 'node:child_process'

/**
 * How to start npm: the one that runs this script when there is one, so that its registry, proxy and cache apply.
 * @param {string[]} args
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
export function npmCommand(args) {
  const script = process.env.npm_execpath
  if (script !== undefined && /\.[cm]?js$/.test(script)) {
    return { command: process.execPath, args: [script, ...args], shell: false }
  }
  return { command: 'npm', args, shell: process.platform === 'win32' }
}

/**
 * Runs a command to its end, collecting what it prints.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, shell?: boolean }} [options]
 * @returns {Promise<{ status: number, output: string }>} status -1 when it could not be started
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => resolve({ status: -1, output: error.message }))
    child.on('close', (code) => resolve({ status: code ?? -1, output: Buffer.concat(chunks).toString() }))
  })
}

/**
 * Standard output of a short command, or undefined when it fails or does not exist.
 * @param {string} command
 * @param {string[]} args
 * @returns {string | undefined}
 */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? stdout : undefined
}

/**
 * The last lines of a command's output, for an error message.
 * @param {string} output
 * @param {number} [lines]
 */
export function tail(output, lines = 15) {
  return output.trimEnd().split('\n').slice(-lines).join('\n')
}
