import { describe, expect, it } from 'vitest'
import { DEFAULT_PREFERENCES } from '../../src-main/domain/preferences.ts'
import {
  decide,
  slotCount,
  type Conditions,
  type PauseReason,
} from '../../src-main/domain/scheduling-policy.ts'

const away: Conditions = {
  preferences: { ...DEFAULT_PREFERENCES, idleSeconds: 180 },
  presence: { kind: 'idle', forMs: 180_000, source: 'test' },
  pausedByDonor: false,
  suspended: false,
  coresOnline: 4,
  networkUsedUp: false,
}
const here: Conditions = { ...away, presence: { kind: 'idle', forMs: 0, source: 'test' } }
const unknown: Conditions = { ...away, presence: { kind: 'unknown', source: 'test' } }
const always: Conditions = { ...away, preferences: { ...away.preferences, runWhen: 'always' } }
const never: Conditions = { ...away, preferences: { ...away.preferences, runWhen: 'never' } }

describe('the decision to compute', () => {
  it('computes on all cores but one at the moment the idle time is reached', () => {
    expect(decide(away)).toEqual({ run: true, slots: 3, cpuShare: 1 })
  })

  const pauses: readonly [string, Conditions, PauseReason][] = [
    ['an input a moment ago', here, 'in-use'],
    [
      'one millisecond short of the idle time',
      { ...away, presence: { kind: 'idle', forMs: 179_999, source: 't' } },
      'in-use',
    ],
    ['a desktop that says nothing', unknown, 'cannot-tell'],
    ['the donor’s pause, even when always allowed', { ...always, pausedByDonor: true }, 'paused-by-donor'],
    ['sleep, before anything else', { ...away, pausedByDonor: true, suspended: true }, 'suspended'],
    ['never', never, 'runs-never'],
    ['never, headless too', { ...never, presence: { kind: 'unattended' } }, 'runs-never'],
  ]
  it.each(pauses)('pauses for %s', (_name, conditions, reason) => {
    expect(decide(conditions)).toEqual({ run: false, reason })
  })

  it('does not ask who is there when it always runs', () => {
    expect(decide({ ...always, presence: unknown.presence }).run).toBe(true)
    expect(decide({ ...always, presence: here.presence }).run).toBe(true)
  })

  it('computes on an unattended machine', () => {
    expect(decide({ ...away, presence: { kind: 'unattended' } }).run).toBe(true)
  })

  it.each([
    [0, 1, 1],
    [0, 2, 1],
    [0, 8, 7],
    [3, 8, 3],
    [16, 8, 8],
  ])('takes %i wanted cores of %i as %i slots', (cores, online, slots) => {
    expect(slotCount(cores, online)).toBe(slots)
  })
})
