import { prepare } from './setup/prepare.mjs'

await prepare({ build: false })
const { checkLine, runStaticChecks } = await import('./checks/static-checks.mjs')
const results = await runStaticChecks((result) => console.log(checkLine(result)))
process.exitCode = results.every((result) => result.passed) ? 0 : 1
