import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { runApp, type AppRun } from '../support/app-run.ts'
import { builtDemo } from '../support/build.ts'

const known = JSON.parse(
  readFileSync(new URL('../../resources/demo/mersenne/known-exponents.json', import.meta.url), 'utf8'),
) as { readonly exponents: readonly number[] }

let original: Uint8Array
let bytes: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  original = readFileSync(await builtDemo('mersenne'))
  bytes = (await prepareModule(original, { rewriterVersion: 1, memoryLimitBytes: 64 * 2 ** 20 })).bytes
}, 30_000)

const runMersenne = (...parameters: string[]): AppRun => runApp(bytes, ['mersenne', ...parameters])

const isPrime = (n: number): boolean => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n > 1
}

/** The same test in big integers. */
function lucasLehmer(p: number): bigint {
  const modulus = (1n << BigInt(p)) - 1n
  let s = 4n % modulus
  for (let i = 2; i < p; i++) s = (s * s - 2n + modulus) % modulus
  return s
}

describe('mersenne', () => {
  it('finds the published Mersenne primes and no others', () => {
    const { stdout, exitCode } = runMersenne('0', '2300')
    const lines = stdout.trimEnd().split('\n')
    expect(exitCode).toBe(0)
    expect(lines.map((line) => Number(/^M(\d+) /.exec(line)?.[1]))).toEqual(
      Array.from({ length: 2300 }, (_, n) => n).filter(isPrime),
    )
    const primes = lines.filter((line) => line.endsWith(' prime')).map((line) => Number(line.slice(1, -6)))
    expect(primes).toEqual(known.exponents.filter((p) => p < 2300))
  })

  it('prints the low 64 bits of the last term of composites', () => {
    const lines = runMersenne('0', '400').stdout.trimEnd().split('\n')
    const composites = lines.filter((line) => line.includes('composite'))
    expect(composites.length).toBeGreaterThan(50)
    for (const line of composites) {
      const [, p = '', residue = ''] = /^M(\d+) composite ([0-9a-f]{16})$/.exec(line) ?? []
      expect(`${p} ${residue}`).toBe(
        `${p} ${BigInt.asUintN(64, lucasLehmer(Number(p)))
          .toString(16)
          .padStart(16, '0')}`,
      )
    }
  })

  it('agrees with the residue that others published for M9967, and finds M9941', () => {
    expect(runMersenne('9967', '1').stdout).toBe('M9967 composite 2a737201e545dce6\n')
    expect(runMersenne('9941', '1').stdout).toBe('M9941 prime\n')
  })

  it('covers neighbouring chunks without gap or overlap', () => {
    const whole = runMersenne('3', '100').stdout
    expect(runMersenne('6', '50').stdout + runMersenne('7', '50').stdout).toBe(whole)
    expect(runMersenne('24', '1')).toMatchObject({ stdout: '', exitCode: 0, progress: [1] })
  })

  it('reports progress that rises to 1', () => {
    const { progress } = runMersenne('20', '100')
    expect(progress.length).toBeGreaterThan(20)
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
    expect(progress.at(-1)).toBe(1)
  })

  it('uses the same fuel every time', () => {
    expect(runMersenne('3', '100').fuel).toBe(runMersenne('3', '100').fuel)
  })

  it.each([[[]], [['1']], [['1', '2', '3']], [['x', '5']], [['-1', '5']], [['1', '0']], [['1000', '1001']]])(
    'refuses the arguments %j',
    (parameters) => {
      const { exitCode, stderr, stdout } = runMersenne(...parameters)
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^usage: mersenne CHUNK SIZE/)
      expect(stdout).toBe('')
    },
  )

  it('needs no files, clock or randomness', async () => {
    const { permissions } = await prepareModule(original, { rewriterVersion: 1, memoryLimitBytes: 2 ** 20 })
    expect(permissions).toMatchObject({ files: false, clock: 'none', random: 'none', network: false })
    expect(permissions.imports).toEqual([
      'powerswarm.progress',
      'wasi_snapshot_preview1.args_get',
      'wasi_snapshot_preview1.args_sizes_get',
      'wasi_snapshot_preview1.fd_write',
      'wasi_snapshot_preview1.proc_exit',
    ])
  })
})
