// Everything: set-up, builds, lint, types, then the tests from the fastest to the slowest. The last line counts.
import { runtimeLine } from './setup/ensure-ready.mjs'
import { prepare } from './setup/prepare.mjs'

const { startedMs, aptMs } = await prepare()
console.log(runtimeLine())
const { electronRuntime } = await import('./setup/electron-runtime.mjs')
const { electronEnvironment } = await import('./electron/environment.mjs')
const { checkLine, runStaticChecks } = await import('./checks/static-checks.mjs')
const { runVitest } = await import('./checks/vitest-step.mjs')
const { runAppTests } = await import('./checks/playwright-step.mjs')
const { closingLines } = await import('./checks/tally.mjs')

const checks = await runStaticChecks((result) => console.log(checkLine(result)))
/** @type {import('./checks/tally.mjs').TestOutcome[]} */
const outcomes = checks.map(({ name, passed }) => ({ name, state: passed ? 'passed' : 'failed' }))
const env = electronRuntime() === undefined ? {} : electronEnvironment()
for (const project of ['unit', 'renderer', 'network']) outcomes.push(...(await runVitest(project, env)))
outcomes.push(...(await runAppTests()))

const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(0)
console.log(`${seconds(Date.now() - startedMs - aptMs)} s, and ${seconds(aptMs)} s in apt`)
for (const line of closingLines(outcomes)) console.log(line)
process.exitCode = outcomes.some(({ state }) => state === 'failed') ? 1 : 0
