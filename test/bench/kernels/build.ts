import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE_DIR = dirname(fileURLToPath(import.meta.url))
const OUT_DIR = join(SOURCE_DIR, '../../../out/kernels')
const COMPILER = 'clang-19'

/** The kernels with the arguments that keep each busy for some 0.2..0.5 s. */
export const KERNELS = {
  ll: ['9689'],
  queens: ['14'],
  sha256d: ['400000'],
  nbody: ['2048', '40'],
  matmul: ['900'],
  mandel: ['800', '1000'],
  sieve: ['50000000'],
  golomb: ['11', '80'],
  vm: ['100000'],
} as const
export type KernelName = keyof typeof KERNELS
export const KERNEL_NAMES = Object.keys(KERNELS) as KernelName[]

export interface BuiltKernel {
  readonly name: KernelName
  readonly args: readonly string[]
  readonly module: Uint8Array<ArrayBuffer>
  readonly modulePath: string
  /** The same source for this machine, at -O3. */
  readonly nativePath: string
}

/** Why the kernels cannot be built here, or undefined. */
export function whyNoKernels(): string | undefined {
  const { status } = spawnSync(COMPILER, ['--version'])
  if (status !== 0) return `${COMPILER} is not installed`
  const probe = ['--target=wasm32-wasi', '-x', 'c', '-o', '/dev/null', '-']
  const compiled = spawnSync(COMPILER, probe, { input: '#include <stdio.h>\nint main(void) { return 0; }\n' })
  return compiled.status === 0
    ? undefined
    : 'clang-19 has no WASI target here: install lld-19 wasi-libc libclang-rt-19-dev-wasm32'
}

/** The compiler's own version line. */
export function compilerVersion(): string {
  return spawnSync(COMPILER, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? 'unknown'
}

export function buildKernel(name: KernelName): BuiltKernel {
  mkdirSync(OUT_DIR, { recursive: true })
  const nativePath = join(OUT_DIR, name)
  const modulePath = `${nativePath}.wasm`
  const source = join(SOURCE_DIR, `${name}.c`)
  compile(['-O3', source, '-o', nativePath, '-lm'])
  compileWasm(source, modulePath)
  return {
    name,
    args: KERNELS[name],
    module: new Uint8Array(readFileSync(modulePath)),
    modulePath,
    nativePath,
  }
}

/** An app of one C source, as authors are told to compile theirs. */
export function compileWasm(source: string, modulePath: string): void {
  compile(['--target=wasm32-wasi', '-O3', '-msimd128', '-Wl,--strip-all', source, '-o', modulePath])
}

function compile(args: readonly string[]): void {
  const { status, stderr } = spawnSync(COMPILER, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${COMPILER} ${args.join(' ')}\n${stderr}`)
}
