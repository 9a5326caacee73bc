import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../setup/commands.mjs'
import { modulesDir, rootDir } from '../setup/paths.mjs'

/** One for each core we can count on. */
const PARALLEL = 2

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string[]} command script and arguments, run by this Node in the repository's top folder
 */

/**
 * @typedef {object} CheckResult
 * @property {string} name
 * @property {boolean} passed
 * @property {number} ms
 * @property {string} output
 */

/**
 * Lint, formatting and types of everything, longest first.
 * @returns {Check[]}
 */
export function staticChecks() {
  const tool = (/** @type {string} */ path) => join(modulesDir, path)
  const svelteProject = 'src-renderer/tsconfig.json'
  const projects = globSync('{.,src-*/**,test}/tsconfig.json', {
    cwd: rootDir,
    exclude: (name) => name === 'node_modules',
  })
  return [
    { name: 'lint', command: [tool('eslint/bin/eslint.js'), '--max-warnings', '0', '.'] },
    {
      name: 'types src-renderer',
      command: [
        tool('svelte-check/bin/svelte-check'),
        '--tsconfig',
        svelteProject,
        '--fail-on-warnings',
        '--output',
        'human',
      ],
    },
    ...projects
      .filter((path) => path !== svelteProject)
      .sort()
      .map((path) => ({ name: `types ${dirname(path)}`, command: [tool('typescript/bin/tsc'), '-p', path] })),
    { name: 'format', command: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  ]
}

/**
 * Runs all static checks, two at a time.
 * @param {(result: CheckResult) => void} onResult called as each ends
 * @returns {Promise<CheckResult[]>}
 */
export async function runStaticChecks(onResult) {
  const waiting = staticChecks()
  /** @type {CheckResult[]} */
  const results = []
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await runCheck(check)
      results.push(result)
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
  return results
}

/**
 * @param {Check} check
 * @returns {Promise<CheckResult>}
 */
async function runCheck({ name, command }) {
  const started = Date.now()
  const { status, output } = await run(process.execPath, command, { cwd: rootDir })
  return { name, passed: status === 0, ms: Date.now() - started, output }
}

/** @param {CheckResult} result */
export function checkLine({ name, passed, ms, output }) {
  const line = `${passed ? 'ok    ' : 'FAILED'} ${name} (${(ms / 1000).toFixed(1)} s)`
  return passed ? line : `${line}\n${output.trimEnd()}`
}
