import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runForeground } from './setup/foreground.mjs'
import { rootDir } from './setup/paths.mjs'
import { prepare, toStandardError } from './setup/prepare.mjs'

const benchDir = join(rootDir, 'test/bench')
const SUFFIX = '.bench.ts'

await prepare({ log: toStandardError })
const [name, ...args] = process.argv.slice(2)
const path = join(benchDir, `${name}${SUFFIX}`)
if (name === undefined || !existsSync(path)) {
  const files = existsSync(benchDir) ? readdirSync(benchDir) : []
  const names = files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length))
  console.error(`usage: npm run bench -- NAME [--json], where NAME is one of: ${names.join(' ')}`)
  process.exit(2)
}
process.exitCode = await runForeground(process.execPath, [path, ...args], { cwd: rootDir })
