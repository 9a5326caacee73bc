import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runForeground } from '../setup/foreground.mjs'
import { identityOf, isRunning } from '../setup/lock.mjs'
import { clearStamp, readIfPresent, writeStamp } from '../setup/stamp.mjs'

const SUFFIX = '.ts'

/**
 * Where proofs are and what they write.
 * @typedef {object} ProofFolders
 * @property {string} proofDir one TypeScript program a proof
 * @property {string} resultsDir made when it is needed
 */

/**
 * @typedef {object} Proof
 * @property {string} name
 * @property {string} path
 * @property {string} resultsPath lines of JSON, only ever appended to
 * @property {string} logPath what a run in the background prints
 * @property {string} pidPath
 */

/**
 * @param {ProofFolders} folders
 * @returns {Proof[]} by name
 */
export function findProofs({ proofDir, resultsDir }) {
  const files = existsSync(proofDir) ? readdirSync(proofDir) : []
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .sort()
    .map((file) => {
      const name = file.slice(0, -SUFFIX.length)
      const at = (/** @type {string} */ extension) => join(resultsDir, `${name}.${extension}`)
      const paths = { resultsPath: at('jsonl'), logPath: at('log'), pidPath: at('pid') }
      return { name, path: join(proofDir, file), ...paths }
    })
}

/**
 * Process id of a run that goes on, or undefined.
 * @param {Proof} proof
 */
export function runningProcess({ pidPath }) {
  const identity = readIfPresent(pidPath)
  return identity !== undefined && isRunning(identity) ? Number.parseInt(identity, 10) : undefined
}

/**
 * What a proof shows: the first sentence of the comment that its program begins with.
 * @param {Proof} proof
 */
export function purposeOf({ path }) {
  const comment = /\/\*\*([^]*?)\*\//.exec(readIfPresent(path) ?? '')?.[1] ?? ''
  const text = comment
    .replaceAll(/^ *\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return /^.*?[.:](?= |$)/.exec(text)?.[0].slice(0, -1) ?? text
}

/**
 * Starts a proof that outlives this process. A run that was interrupted goes on from its results, which is the
 * proof's own business.
 * @param {Proof} proof
 * @param {string[]} args
 * @param {string} cwd
 * @returns {number} its process id
 */
export function startInBackground(proof, args, cwd) {
  mkdirSync(join(proof.resultsPath, '..'), { recursive: true })
  const log = openSync(proof.logPath, 'a')
  try {
    const child = spawn(process.execPath, [proof.path, ...args], {
      cwd,
      env: environment(proof),
      detached: true,
      stdio: ['ignore', log, log],
    })
    child.unref()
    const pid = child.pid ?? 0
    writeStamp(proof.pidPath, identityOf(pid))
    return pid
  } finally {
    closeSync(log)
  }
}

/**
 * Runs a proof in this process's place.
 * @param {Proof} proof
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>} its exit status
 */
export async function runInForeground(proof, args, cwd) {
  // This process stands for the run: it waits for it.
  writeStamp(proof.pidPath, identityOf(process.pid))
  try {
    return await runForeground(process.execPath, [proof.path, ...args], { cwd, env: environment(proof) })
  } finally {
    clearStamp(proof.pidPath)
  }
}

/** @param {Proof} proof */
function environment({ resultsPath }) {
  return { ...process.env, POWERSWARM_RESULTS: resultsPath }
}
