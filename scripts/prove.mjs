// Long forms of tests. One run goes on in the background; started again after an interruption it continues from what
// its results file holds, which is the proof script's own business.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runForeground } from './setup/foreground.mjs'
import { isAlive } from './setup/lock.mjs'
import { rootDir } from './setup/paths.mjs'
import { prepare, toStandardError } from './setup/prepare.mjs'
import { readIfPresent } from './setup/stamp.mjs'

const proofDir = join(rootDir, 'test/prove')
const resultsDir = join(rootDir, 'test/results')

await prepare({ log: toStandardError })
const args = process.argv.slice(2)
const inForeground = args.includes('--foreground')
const [name, ...rest] = args.filter((word) => word !== '--foreground')
const path = join(proofDir, `${name}.ts`)
if (name === undefined || !existsSync(path)) {
  const files = existsSync(proofDir) ? readdirSync(proofDir) : []
  const names = files.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length))
  console.error(
    names.length === 0
      ? 'There are no proofs yet: test/prove holds none'
      : `usage: npm run prove -- NAME [--foreground], where NAME is one of: ${names.join(' ')}`,
  )
  process.exit(2)
}

mkdirSync(resultsDir, { recursive: true })
const resultsPath = join(resultsDir, `${name}.jsonl`)
const pidPath = join(resultsDir, `${name}.pid`)
const env = { ...process.env, POWERSWARM_RESULTS: resultsPath }
const running = Number(readIfPresent(pidPath))
if (isAlive(running)) {
  console.error(`${name} is already running (process ${running})`)
  process.exit(1)
}
if (inForeground) {
  process.exitCode = await runForeground(process.execPath, [path, ...rest], { cwd: rootDir, env })
} else {
  const logPath = join(resultsDir, `${name}.log`)
  const log = openSync(logPath, 'a')
  const child = spawn(process.execPath, [path, ...rest], {
    cwd: rootDir,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  })
  child.unref()
  writeFileSync(pidPath, String(child.pid))
  const shown = (/** @type {string} */ file) => relative(rootDir, file)
  console.log(`${name} runs as process ${child.pid}; results: ${shown(resultsPath)}, log: ${shown(logPath)}`)
}
