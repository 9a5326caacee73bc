import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveView } from '../../src-main/cli/live-view.ts'
import { createOutput } from '../../src-main/cli/output.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

interface State {
  readonly n: number
  readonly phase: string
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function setUp(flags: { json?: boolean; quiet?: boolean }) {
  const answers = fakeTerminal()
  const talk = fakeTerminal()
  const output = createOutput({ json: false, quiet: false, ...flags, answers, talk })
  const view = new LiveView<State>({
    output,
    line: ({ n }) => `n ${String(n)}`,
    headline: ({ phase }) => phase,
  })
  const seen = (): number[] =>
    answers.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as State).n)
  return { view, seen, answers, talk }
}

describe('live view', () => {
  it('gives programs the first state at once, then the latest one each second', () => {
    const { view, seen } = setUp({ json: true })
    for (const n of [1, 2, 3]) view.show({ n, phase: 'a' })
    expect(seen()).toEqual([1])
    vi.advanceTimersByTime(1000)
    expect(seen()).toEqual([1, 3])
    vi.advanceTimersByTime(5000)
    view.show({ n: 4, phase: 'a' })
    expect(seen()).toEqual([1, 3, 4])
    view.end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('holds back neither a change of the headline nor the last state', () => {
    const { view, seen } = setUp({ json: true })
    view.show({ n: 1, phase: 'a' })
    view.show({ n: 2, phase: 'b' })
    view.show({ n: 3, phase: 'b' })
    expect(seen()).toEqual([1, 2])
    view.end()
    expect(seen()).toEqual([1, 2, 3])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives people lines on the side, and the last state at the end', () => {
    const { view, answers, talk } = setUp({})
    view.show({ n: 1, phase: 'a' })
    view.show({ n: 2, phase: 'a' })
    view.show({ n: 3, phase: 'b' })
    view.show({ n: 4, phase: 'b' })
    view.end()
    expect(talk.text).toBe('n 1\nn 3\nn 4\n')
    expect(answers.text).toBe('')
  })

  it('is silent when it is to be quiet', () => {
    const { view, answers, talk } = setUp({ quiet: true })
    view.show({ n: 1, phase: 'a' })
    view.end()
    expect(answers.text + talk.text).toBe('')
  })
})
