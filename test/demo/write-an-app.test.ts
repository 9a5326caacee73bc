import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modulesDir } from '../../scripts/setup/paths.mjs'
import { createProgram } from '../../src-main/cli/program.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'
import { openHeadlessSlot, type HeadlessSlot } from '../support/headless-slot.ts'
import { text } from '../slot/units.ts'

const guide = readFileSync(new URL('../../resources/docs/write-an-app.md', import.meta.url), 'utf8')

let dir: string
let slot: HeadlessSlot

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'powerswarm-guide-'))
  symlinkSync(modulesDir, join(dir, 'node_modules'), 'junction')
  slot = await openHeadlessSlot()
}, 30_000)

afterAll(async () => {
  await slot.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Writes the guide's program in this language to a file. */
function writeProgram(language: 'ts' | 'c' | 'rust', name: string): void {
  const program = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(guide)?.[1]
  if (program === undefined) throw new Error(`the guide has no program in ${language}`)
  writeFileSync(join(dir, name), program)
}

/** Arguments of the line of the guide that begins with this command. */
function guideLine(command: string): string[] {
  const line = guide.split('\n').find((text) => text.startsWith(`${command} `))
  if (line === undefined) throw new Error(`the guide does not say ${command}`)
  return line.slice(command.length + 1).split(' ')
}

async function expectTwins(): Promise<void> {
  const module = readFileSync(join(dir, 'twins.wasm'))
  // OEIS A007508: 8,169 pairs below a million.
  const { outcome, stdout } = await slot.run(module, '0', '1000000')
  expect({ outcome, stdout: text(stdout) }).toEqual({ outcome: 'ok', stdout: '8169\n' })
  const { exitCode, stderr } = await slot.run(module)
  expect({ exitCode, stderr: text(stderr) }).toEqual({ exitCode: 2, stderr: 'usage: twins UNIT SIZE\n' })
}

describe('the guide "Write an app"', () => {
  it('has a program in AssemblyScript that compiles as it says and finds the twin primes', async () => {
    writeProgram('ts', 'twins.ts')
    const command = [join(modulesDir, 'assemblyscript/bin/asc.js'), ...guideLine('npx asc')]
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: dir, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expectTwins()
  })

  it('has a program in C', async ({ skip }) => {
    writeProgram('c', 'twins.c')
    const clang = ['clang-19', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
    if (clang === undefined) return skip('no clang')
    const { status, stderr } = spawnSync(clang, guideLine('clang'), { cwd: dir, encoding: 'utf8' })
    if (/'stdio.h' file not found|unable to find|wasm-ld/.test(stderr)) return skip('no wasi-libc or no lld')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expectTwins()
  })

  it('has a program in Rust', async ({ skip }) => {
    writeProgram('rust', 'twins.rs')
    const { status, stderr, error } = spawnSync('rustc', guideLine('rustc'), { cwd: dir, encoding: 'utf8' })
    if (error !== undefined) return skip('no rustc')
    if (/can't find crate for `std`|Could not find specification/.test(stderr))
      return skip('no wasm32-wasip1')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expectTwins()
  })

  it('names only commands and options that exist', () => {
    const terminal = fakeTerminal()
    const program = createProgram({ answers: terminal, talk: terminal }, () => undefined)
    const lines = guide.split('\n').filter((line) => line.startsWith('powerswarm '))
    expect(lines.length).toBeGreaterThan(5)
    for (const line of lines) {
      const [, first, second] = line.split(' ')
      const group = program.commands.find((command) => command.name() === first)
      const command = group?.commands.find((inner) => inner.name() === second) ?? group
      const options = command?.options.map(({ long }) => long) ?? []
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(options, line).toContain(option)
      expect(command, line).toBeDefined()
    }
  })
})
