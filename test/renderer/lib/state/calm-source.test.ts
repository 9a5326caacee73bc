import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { WindowState } from '../../../../src-main/contracts/ui.ts'
import { CalmSource } from '../../../../src-renderer/lib/state/calm-source.ts'
import { FIXTURE_STATES, SHELL } from '../../../support/fixture-states.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const version = (n: number): WindowState => ({ shell: { ...SHELL, version: String(n) } })

function setUp() {
  const listeners = new Set<(value: WindowState) => void>()
  const source = new CalmSource(
    {
      state: async () => FIXTURE_STATES.starting,
      on: (_name, listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    250,
  )
  const heard: string[] = []
  const stop = source.on('changed', (value) => heard.push(value.shell.version))
  const tell = (n: number): void => {
    for (const listener of listeners) listener(version(n))
  }
  return { source, heard, stop, tell, listeners }
}

it('passes the first state on at once and then at most four a second, always the newest', () => {
  const { heard, tell } = setUp()
  for (let n = 0; n < 10; n++) {
    tell(n)
    vi.advanceTimersByTime(100)
  }
  vi.advanceTimersByTime(250)
  expect(heard).toEqual(['0', '2', '4', '7', '9'])
})

it('tells nothing while held, and what was missed afterwards', () => {
  const { source, heard, tell } = setUp()
  tell(1)
  source.hold()
  vi.advanceTimersByTime(1000)
  tell(2)
  tell(3)
  vi.advanceTimersByTime(1000)
  expect(heard).toEqual(['1'])
  source.release()
  expect(heard).toEqual(['1', '3'])
})

it('leaves no timer and no listener behind', () => {
  const { tell, stop, listeners } = setUp()
  tell(1)
  stop()
  expect(vi.getTimerCount()).toBe(0)
  expect(listeners.size).toBe(0)
})
