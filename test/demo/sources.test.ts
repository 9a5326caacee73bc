import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHeadlessSlot, type HeadlessSlot } from '../support/headless-slot.ts'
import { text } from '../slot/units.ts'

const script = fileURLToPath(new URL('../../resources/demo/sources/build.sh', import.meta.url))

let dir: string
let slot: HeadlessSlot

// Where compilers are missing the script says so and succeeds; the tests of that language are then skipped.
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'powerswarm-sources-'))
  slot = await openHeadlessSlot()
  const { status, stderr } = spawnSync('sh', [script, dir], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}, 60_000)

afterAll(async () => {
  await slot.close()
  rmSync(dir, { recursive: true, force: true })
})

function moduleOf(name: string, skip: (why: string) => void): Uint8Array {
  const path = join(dir, `${name}.wasm`)
  if (!existsSync(path)) skip(`no compiler here makes ${name}.wasm`)
  return readFileSync(path)
}

describe('examples in C and Rust', () => {
  it.for([
    // 4 * 784896 / 1000000 = 3.1396
    ['pi', '3', '1000000', '784896 of 1000000\n'],
    ['collatz', '0', '100000', '77031 350\n'],
    ['collatz', '1', '100000', '156159 382\n'],
    ['primes', '0', '1000000', '78498\n'],
    ['primes', '1000', '1000000', '48155\n'],
    ['primes', '0', '1', '0\n'],
  ] as const)('%s %s %s', async ([name, unit, size, output], { skip }) => {
    const { outcome, stdout } = await slot.run(moduleOf(name, skip), unit, size)
    expect({ outcome, stdout: text(stdout) }).toEqual({ outcome: 'ok', stdout: output })
  })

  it.for(['pi', 'collatz', 'primes'])('%s refuses missing arguments with 2', async (name, { skip }) => {
    const { outcome, exitCode, stdout, stderr } = await slot.run(moduleOf(name, skip), '5')
    expect({ outcome, exitCode, stdout: text(stdout) }).toEqual({
      outcome: 'exit-nonzero',
      exitCode: 2,
      stdout: '',
    })
    expect(text(stderr)).toMatch(/^usage: /)
  })
})
