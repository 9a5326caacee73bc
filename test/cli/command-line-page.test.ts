import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf } from '../../src-main/cli/failure.ts'
import { createProgram } from '../../src-main/cli/program.ts'
import { ERROR_REMEDIES, PowerswarmError, type ErrorCode } from '../../src-main/domain/errors.ts'
import { builtFile } from '../support/build.ts'
import { runCli } from '../support/command-line.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

const page = readFileSync(join(import.meta.dirname, '../../resources/docs/command-line.md'), 'utf8')
const dir = mkdtempSync(join(tmpdir(), 'powerswarm-page-'))
beforeAll(async () => {
  await builtFile('main/cli.js')
}, 60_000)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const CODES = [...page.matchAll(/^\| `([a-z-]+)` \| (\d) \|/gm)].map(([, code = '', status]) => ({
  code: code as ErrorCode,
  status: Number(status),
}))
const COMMANDS = [...page.matchAll(/^\| `powerswarm ([^`]*)`[^|]* \| (\d) \|(?: `([a-z-]+)`)? \|$/gm)].map(
  ([, words = '', status, code]) => ({ words, status: Number(status), code }),
)

describe('the page of the command line', () => {
  it('has every error code, with the status that it ends with', () => {
    expect(CODES.map(({ code }) => code).sort()).toEqual(Object.keys(ERROR_REMEDIES).sort())
    for (const { code, status } of CODES)
      expect([code, failureOf(new PowerswarmError(code, 'x'))?.exitCode]).toEqual([code, status])
  })

  it('has commands to look at', () => {
    expect(COMMANDS.length).toBeGreaterThan(10)
  })

  it.each(COMMANDS)('is right about `powerswarm $words`', async ({ words, status, code }) => {
    const { exitCode, stdout, stderr } = await runCli(join(dir, 'home'), ...words.split(' '), '--json')
    expect(exitCode).toBe(status)
    if (code === undefined) expect([stdout === '', stderr]).toEqual([false, ''])
    else expect(JSON.parse(stderr)).toMatchObject({ error: { code } })
    expect(readdirSync(dir)).toEqual([])
  })
})

describe('every command', () => {
  const leaves = (command: Command, path: readonly string[]): string[][] =>
    command.commands.length === 0
      ? [[...path]]
      : command.commands.flatMap((sub) => leaves(sub, [...path, sub.name()]))
  const terminals = () => ({ answers: fakeTerminal(), talk: fakeTerminal() })
  const paths = leaves(
    createProgram(terminals(), () => undefined),
    [],
  )

  it.each(paths.map((path) => path.join(' ')))('%s teaches by examples', async (path) => {
    const io = terminals()
    const program = createProgram(io, () => undefined)
    const shown = program.parseAsync([...path.split(' '), '--help'], { from: 'user' })
    await expect(shown).rejects.toMatchObject({ exitCode: 0 })
    expect(io.answers.text).toMatch(new RegExp(`Examples?:\n {2}powerswarm ${path}`))
    for (const option of ['--json', '--quiet', '--home', '--project'])
      expect(io.answers.text).toContain(option)
  })
})
