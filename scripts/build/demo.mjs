import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run, tail } from '../setup/commands.mjs'
import { withLock } from '../setup/lock.mjs'
import { modulesDir, outDir, rootDir } from '../setup/paths.mjs'
import { hashOfTrees, isStamped, writeStamp } from '../setup/stamp.mjs'

const demoDir = join(rootDir, 'resources/demo')

/** Where the compiled example apps go, one `<name>.wasm` each. */
export const builtDemoDir = join(outDir, 'demo')

/**
 * Compiles the example apps whose sources changed.
 * @param {(line: string) => void} log
 * @returns {Promise<string[]>} names of the apps that were compiled
 */
export async function ensureDemoBuilt(log) {
  const stale = demoNames().filter((name) => !isStamped(stampPath(name), sourceHash(name)))
  if (stale.length === 0) return []
  return withLock('build-demo', async () => {
    /** @type {string[]} */
    const built = []
    for (const name of stale) {
      const hash = sourceHash(name)
      if (isStamped(stampPath(name), hash)) continue
      log(`compiling the example app ${name}`)
      await compile(name)
      writeStamp(stampPath(name), hash)
      built.push(name)
    }
    return built
  })
}

/** Names of the example apps: folders of resources/demo with an AssemblyScript entry. */
export function demoNames() {
  if (!existsSync(demoDir)) return []
  return readdirSync(demoDir).filter((name) => existsSync(join(demoDir, name, 'assembly/index.ts')))
}

/** @param {string} name */
function stampPath(name) {
  return join(builtDemoDir, `.${name}.built`)
}

/** @param {string} name */
function sourceHash(name) {
  return hashOfTrees([
    join(demoDir, name, 'assembly'),
    join(demoDir, name, 'asconfig.json'),
    join(modulesDir, 'assemblyscript/package.json'),
    join(modulesDir, '@assemblyscript/wasi-shim/package.json'),
    join(rootDir, 'scripts/build/demo.mjs'),
  ])
}

/** @param {string} name */
async function compile(name) {
  mkdirSync(builtDemoDir, { recursive: true })
  const output = join(builtDemoDir, `${name}.wasm`)
  const unfinished = join(builtDemoDir, `${name}.unfinished.wasm`)
  const result = await run(process.execPath, ascArguments(name, unfinished), { cwd: join(demoDir, name) })
  if (result.status !== 0) throw new Error(`asc failed on ${name}:\n${tail(result.output)}`)
  renameSync(unfinished, output)
}

/**
 * An app's own asconfig.json holds its options; one without gets the defaults below. asc does not follow "extends"
 * of a configuration named by an absolute path, so it runs in the app's folder.
 * @param {string} name
 * @param {string} output
 */
function ascArguments(name, output) {
  const source = [join(modulesDir, 'assemblyscript/bin/asc.js'), 'assembly/index.ts', '--outFile', output]
  if (existsSync(join(demoDir, name, 'asconfig.json'))) {
    return [...source, '--config', 'asconfig.json', '--target', 'release']
  }
  const shim = relative(join(demoDir, name), join(modulesDir, '@assemblyscript/wasi-shim/asconfig.json'))
  const options = ['-O3', '--noAssert', '--converge', '--enable', 'simd', '--runtime', 'stub']
  return [...source, '--config', shim, ...options]
}
