import { expect, test } from 'vitest'
import { engineArgument, parseEngineArguments } from '../../src-main/contracts/engine-options.ts'
import { TEST_OPTIONS } from '../main/engine-process/engine-process-checks.ts'

test('options survive the way through an argument', () => {
  expect(parseEngineArguments(['node', 'engine.js', '--x', engineArgument(TEST_OPTIONS)])).toEqual(
    TEST_OPTIONS,
  )
})

test.each([
  ['no argument', []],
  ['no JSON', ['--engine-options={']],
  ['a missing field', ['--engine-options={"role":"donor"}']],
  ['a field that is not known', [engineArgument({ ...TEST_OPTIONS, extra: 1 } as never)]],
  ['a wrong type', [engineArgument({ ...TEST_OPTIONS, isRoot: 'yes' } as never)]],
])('refuses %s', (_name, argv) => {
  expect(() => parseEngineArguments(argv)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
})

test('names the field that is wrong', () => {
  const argv = [engineArgument({ ...TEST_OPTIONS, runtime: 'ancient' } as never)]
  expect(() => parseEngineArguments(argv)).toThrow(/'runtime'/)
})
