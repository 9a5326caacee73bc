import { describe, expect, it } from 'vitest'
import { PAUSE_REASONS } from '../../src-main/domain/scheduling-policy.ts'
import { statusOf, statusSentence, type Activity, type Status } from '../../src-main/domain/status.ts'

const running = { run: true, slots: 2, cpuShare: 1 } as const
const idle: Activity = {
  decision: running,
  projects: 1,
  connected: 1,
  restricted: 0,
  closed: 0,
  banned: 0,
  running: 0,
  preparing: 0,
}

describe('the status', () => {
  const cases: readonly [string, Activity, Status][] = [
    ['units that run', { ...idle, running: 2 }, { kind: 'computing', units: 2 }],
    ['units that run while offline', { ...idle, connected: 0, running: 1 }, { kind: 'computing', units: 1 }],
    ['a module being prepared', { ...idle, preparing: 1 }, { kind: 'waiting', reason: 'loading' }],
    ['no project', { ...idle, projects: 0, connected: 0 }, { kind: 'waiting', reason: 'no-project' }],
    ['nobody connected', { ...idle, connected: 0 }, { kind: 'offline' }],
    ['closed projects only', { ...idle, closed: 1, connected: 0 }, { kind: 'waiting', reason: 'all-closed' }],
    [
      'a ban, connected or not',
      { ...idle, projects: 2, closed: 1, banned: 1 },
      { kind: 'waiting', reason: 'banned' },
    ],
    ['one of two closed', { ...idle, projects: 2, closed: 1 }, { kind: 'waiting', reason: 'no-work' }],
    ['connected and nothing to do', idle, { kind: 'waiting', reason: 'no-work' }],
    [
      'only restricted projects',
      { ...idle, restricted: 1 },
      { kind: 'paused', reason: 'sandbox-unavailable' },
    ],
    [
      'a pause while units wait in slots',
      { ...idle, decision: { run: false, reason: 'in-use' }, running: 1 },
      { kind: 'paused', reason: 'in-use' },
    ],
    [
      'a desktop that cannot tell',
      { ...idle, decision: { run: false, reason: 'cannot-tell' } },
      { kind: 'cannot-tell' },
    ],
  ]
  it.each(cases)('follows %s', (_name, activity, status) => {
    expect(statusOf(activity)).toEqual(status)
  })

  it('says one distinct sentence for every reason to pause', () => {
    const sentences = PAUSE_REASONS.map((reason) =>
      statusSentence(statusOf({ ...idle, decision: { run: false, reason } })),
    )
    expect(new Set(sentences).size).toBe(PAUSE_REASONS.length)
    for (const sentence of sentences) expect(sentence).toMatch(/^Paused/)
  })

  it('counts units in words a person would use', () => {
    expect(statusSentence({ kind: 'computing', units: 1 })).toBe('Computing 1 unit')
    expect(statusSentence({ kind: 'computing', units: 3 })).toBe('Computing 3 units')
  })
})
