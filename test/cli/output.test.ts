import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../src-main/cli/failure.ts'
import { createOutput } from '../../src-main/cli/output.ts'
import { PowerswarmError } from '../../src-main/domain/errors.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

function setUp({ json = false, quiet = false } = {}) {
  const answers = fakeTerminal()
  const talk = fakeTerminal()
  return { answers, talk, output: createOutput({ json, quiet, answers, talk }) }
}

describe('output', () => {
  it('keeps the answer apart from talk', () => {
    const { answers, talk, output } = setUp()
    output.answer({ link: 'x' }, ['x'])
    output.note('done')
    expect([answers.text, talk.text]).toEqual(['x\n', 'done\n'])
  })

  it('answers one JSON object, fuel as text', () => {
    const { answers, output } = setUp({ json: true })
    output.answer({ fuel: 10n ** 18n }, ['one', 'two'])
    expect(answers.text).toBe('{"fuel":"1000000000000000000"}\n')
  })

  it('drops talk when it is to be quiet, never errors', () => {
    const { talk, output } = setUp({ quiet: true })
    output.note('done')
    output.fail({ code: 'not-found', message: 'No such app', exitCode: 1 })
    expect(talk.text).toBe('powerswarm: No such app\n')
  })

  it('tells an error as JSON to programs', () => {
    const { talk, output } = setUp({ json: true })
    output.fail({ code: 'not-found', message: 'No such app', exitCode: 1 })
    expect(JSON.parse(talk.text)).toEqual({ error: { code: 'not-found', message: 'No such app' } })
  })
})

describe('failure', () => {
  it.each([
    ['bad-argument', 2],
    ['bad-link', 2],
    ['bad-preference', 2],
    ['module-refused', 1],
    ['file-not-found', 1],
    ['data-folder-in-use', 1],
  ] as const)('%s ends with status %i', (code, exitCode) => {
    expect(failureOf(new PowerswarmError(code, 'why'))).toEqual({ code, message: 'why', exitCode })
  })

  it('is one line without control characters, whatever the message', () => {
    expect(failureOf(new PowerswarmError('not-found', 'a\n  b\u001b[31m\tc'))?.message).toBe('a b [31m c')
    expect(failureOf(new Error('x'.repeat(10_000)))?.message.length).toBeLessThan(600)
  })

  it('calls what nobody expected an internal error, without its stack', () => {
    expect(failureOf(new TypeError('x is not a function'))).toEqual({
      code: 'internal',
      message: 'internal error: x is not a function',
      exitCode: 1,
    })
    expect(failureOf('text')?.message).toBe('internal error: text')
  })

  it('takes usage errors from the argument parser and lets its help pass', () => {
    const usage = new CommanderError(
      1,
      'commander.unknownOption',
      "error: unknown option '--x'\n(Did you mean --y?)",
    )
    expect(failureOf(usage)).toEqual({
      code: 'bad-argument',
      message: "unknown option '--x' (Did you mean --y?)",
      exitCode: 2,
    })
    expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toBeUndefined()
  })
})
