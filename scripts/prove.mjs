// Long forms of tests: they run in the background, append to a results file and go on from it after an interruption.
import { relative } from 'node:path'
import { findProofs, purposeOf, runInForeground, runningProcess, startInBackground } from './prove/proofs.mjs'
import { rootDir } from './setup/paths.mjs'
import { prepare, toStandardError } from './setup/prepare.mjs'

const USAGE = 'usage: npm run prove -- NAME [--foreground] [arguments of the proof]'

await prepare({ log: toStandardError })
const proofs = findProofs({ proofDir: `${rootDir}/test/prove`, resultsDir: `${rootDir}/test/results` })
const words = process.argv.slice(2)
const inForeground = words.includes('--foreground')
const [name, ...args] = words.filter((word) => word !== '--foreground')
const proof = proofs.find((one) => one.name === name)
const pid = proof === undefined ? undefined : runningProcess(proof)

if (name === undefined) {
  console.log(USAGE)
  for (const one of proofs) {
    const running = runningProcess(one)
    console.log(
      `  ${one.name}: ${purposeOf(one)}${running === undefined ? '' : ` (running, process ${running})`}`,
    )
  }
} else if (proof === undefined) {
  console.error(`There is no proof ${name}; there are: ${proofs.map((one) => one.name).join(' ')}`)
  process.exitCode = 2
} else if (pid !== undefined) {
  console.error(`${name} is already running (process ${pid})`)
  process.exitCode = 1
} else if (inForeground) {
  process.exitCode = await runInForeground(proof, args, rootDir)
} else {
  const shown = (/** @type {string} */ path) => relative(rootDir, path)
  const started = startInBackground(proof, args, rootDir)
  console.log(
    `${name} runs as process ${started}; results: ${shown(proof.resultsPath)}, log: ${shown(proof.logPath)}`,
  )
}
