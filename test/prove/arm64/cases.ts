import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { outDir, rootDir } from '../../../scripts/setup/paths.mjs'
import { buildKernel, compileWasm, KERNEL_NAMES, whyNoKernels } from '../../bench/kernels/build.ts'
import { builtDemo } from '../../support/build.ts'
import type { Case } from './record.ts'

/** Units of the examples in C and Rust, by the names of their sources. */
const EXAMPLE_ARGS: Readonly<Record<string, readonly string[]>> = {
  collatz: ['1', '200000'],
  pi: ['3', '2000000'],
  primes: ['5', '2000000'],
}

/** Everything that can be compiled here; says what is left out and why. */
export async function makeCases(): Promise<{
  readonly cases: readonly Case[]
  readonly leftOut: readonly string[]
}> {
  const mersenne = { name: 'mersenne', path: await builtDemo('mersenne'), args: ['6', '50'] }
  const tiles = { name: 'tiles', path: await builtDemo('tiles'), args: ['100', '16', 'star'] }
  const { examples, leftOut } = buildExamples()
  const missing = whyNoKernels()
  if (missing !== undefined) return { cases: [mersenne, tiles, ...examples], leftOut: [missing, ...leftOut] }
  const kernels = KERNEL_NAMES.map((name): Case => {
    const { modulePath, args } = buildKernel(name)
    return { name, path: modulePath, args }
  })
  return { cases: [...filesCases(), ...kernels, mersenne, tiles, ...examples], leftOut }
}

function filesCases(): Case[] {
  const path = join(outDir, 'prove-files.wasm')
  compileWasm(join(import.meta.dirname, 'files.c'), path)
  const files = { 'b.txt': 'second', 'a.txt': 'first', 'ä.txt': 'third' }
  const mayPrintOtherwise = 'raw bytes of NaNs, a documented limit'
  return [
    { name: 'files', path, args: [], files },
    { name: 'raw NaNs', path, args: ['raw'], mayPrintOtherwise },
  ]
}

function buildExamples(): { readonly examples: readonly Case[]; readonly leftOut: readonly string[] } {
  const dir = join(outDir, 'sources')
  mkdirSync(dir, { recursive: true })
  const { stdout, stderr, status } = spawnSync(
    'sh',
    [join(rootDir, 'resources/demo/sources/build.sh'), dir],
    { encoding: 'utf8' },
  )
  const leftOut = stdout.split('\n').filter((line) => line.includes('left out'))
  if (status !== 0) leftOut.push(`examples in C and Rust: ${stderr.trim()}`)
  const examples = Object.entries(EXAMPLE_ARGS).flatMap(([name, args]): Case[] => {
    const path = join(dir, `${name}.wasm`)
    return existsSync(path) ? [{ name, path, args }] : []
  })
  return { examples, leftOut }
}
