import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const CONVERTER = 'wast2json'
const FEATURES = [
  'exceptions',
  'extended-const',
  'function-references',
  'memory64',
  'multi-memory',
  'relaxed-simd',
  'tail-call',
  'threads',
].map((feature) => `--enable-${feature}`)
/** An older revision of a script that says nothing of later proposals is at most so many changes back. */
const REVISIONS_MAX = 40

/** Which scripts could be read, by name without `.wast`. */
export interface Conversion {
  readonly converted: readonly string[]
  /** Those of which the checkout's own revision could not be read, but the revision said. */
  readonly older: Readonly<Record<string, string>>
  /** Those of which none could, with what the converter says. */
  readonly unreadable: Readonly<Record<string, string>>
}

/** Why nothing can be converted here, or undefined. */
export function whyNoConverter(): string | undefined {
  return spawnSync(CONVERTER, ['--version']).status === 0
    ? undefined
    : `${CONVERTER} is not installed: install wabt`
}

/** Whether a folder holds scripts as the suite publishes them, rather than what the converter makes of them. */
export function holdsScripts(dir: string): boolean {
  return readdirSync(dir).some((file) => file.endsWith('.wast'))
}

/**
 * Converts the scripts of the folder itself (proposals in folders below it are none of the core suite) to `outDir`.
 * The converter is behind the suite: a script that uses what it cannot read is taken in its newest revision that it
 * can, from the checkout's history, where there is one.
 */
export function convertScripts(dir: string, outDir: string): Conversion {
  mkdirSync(outDir, { recursive: true })
  const converted: string[] = []
  const older: Record<string, string> = {}
  const unreadable: Record<string, string> = {}
  for (const file of readdirSync(dir).sort()) {
    if (!file.endsWith('.wast')) continue
    const name = file.slice(0, -'.wast'.length)
    const problem = convert(readFileSync(join(dir, file)), outDir, name)
    const revision = problem === undefined ? undefined : convertOlder(dir, file, outDir, name)
    if (problem === undefined || revision !== undefined) converted.push(name)
    else unreadable[name] = problem
    if (revision !== undefined) older[name] = revision
  }
  return { converted, older, unreadable }
}

function convertOlder(dir: string, file: string, outDir: string, name: string): string | undefined {
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-C', dir, ...args], { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] })
  let revisions: string[]
  try {
    const log = git('log', '--format=%h', '--diff-filter=AM', '--', file).toString()
    revisions = log.split('\n').filter((line) => line !== '')
  } catch {
    // No checkout of git, or no git: there is only what is there.
    return undefined
  }
  return revisions
    .slice(0, REVISIONS_MAX)
    .find((revision) => convert(git('show', `${revision}:./${file}`), outDir, name) === undefined)
}

/** Says what is wrong with a script, or nothing; then `name`.json and its modules are in `outDir`. */
function convert(script: Uint8Array, outDir: string, name: string): string | undefined {
  const path = join(outDir, `${name}.wast`)
  writeFileSync(path, script)
  const { status, stderr } = spawnSync(CONVERTER, [...FEATURES, `${name}.wast`, '-o', `${name}.json`], {
    cwd: outDir,
    encoding: 'utf8',
  })
  rmSync(path)
  if (status === 0) return undefined
  rmSync(join(outDir, `${name}.json`), { force: true })
  return stderr.split('\n')[0]?.replace(/^.*error: /, '') || 'the converter fails'
}
