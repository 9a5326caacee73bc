import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { isJustBack, lookAgain, started, type Return } from '../../src-main/domain/publisher-return.ts'

const { reserveAfterMs: AWAY, returnMs: WINDOW } = LIMITS
const TICK = 1_000

/** Donors for so many milliseconds; `looks`: false while the machine sleeps, with which of its clocks going on. */
interface Time {
  readonly ms: number
  readonly donors: number
  readonly looks?: false | 'wall' | 'monotonic'
}

function after(...times: readonly Time[]): Return {
  let [now, monotonicMs] = [1e12, 5]
  let state = started({ now, monotonicMs, donors: 0 })
  for (const { ms, donors, looks } of times) {
    const steps = looks === undefined ? ms / TICK : 1
    for (let i = 0; i < steps; i++) {
      if (looks !== 'monotonic') now += ms / steps
      if (looks !== 'wall') monotonicMs += ms / steps
      state = lookAgain(state, { now, monotonicMs, donors })
    }
  }
  return state
}

describe('a publisher is just back', () => {
  const longHere: Time = { ms: 10 * WINDOW, donors: 3 }
  it.each<[string, readonly Time[], boolean]>([
    ['when it was started', [], true],
    ['until its donors had time to find it', [{ ms: WINDOW - TICK, donors: 3 }], true],
    ['and no longer', [{ ms: WINDOW, donors: 3 }], false],
    ['not while it serves', [longHere], false],
    ['not while nobody comes', [longHere, { ms: WINDOW, donors: 0 }], false],
    ['when the first one comes', [longHere, { ms: AWAY, donors: 0 }, { ms: TICK, donors: 1 }], true],
    ['also for those after him', [longHere, { ms: AWAY, donors: 0 }, { ms: WINDOW, donors: 9 }], true],
    ['for a while', [longHere, { ms: AWAY, donors: 0 }, { ms: WINDOW + TICK, donors: 9 }], false],
    [
      'not when all were gone for a moment',
      [longHere, { ms: AWAY - 2 * TICK, donors: 0 }, { ms: TICK, donors: 3 }],
      false,
    ],
    ['not when one of several was gone', [longHere, { ms: 10 * AWAY, donors: 2 }, longHere], false],
    ['after sleep', [longHere, { ms: AWAY, donors: 3, looks: 'wall' }], true],
    ['after it was stopped', [longHere, { ms: AWAY, donors: 3, looks: false }], true],
    ['not after a nap', [longHere, { ms: AWAY - 1, donors: 3, looks: 'wall' }], false],
    ['not for ever after sleep', [{ ms: AWAY, donors: 3, looks: 'wall' }, longHere], false],
    ['not when its clock was set back', [longHere, { ms: -1e9, donors: 3, looks: 'wall' }], false],
  ])('%s', (_when, times, expected) => {
    expect(isJustBack(after(...times))).toBe(expected)
  })
})
