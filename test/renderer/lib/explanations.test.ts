import { expect, it } from 'vitest'
import { PAUSE_REASONS } from '../../../src-main/domain/scheduling-policy.ts'
import type { Status } from '../../../src-main/domain/status.ts'
import { explanation, remedy } from '../../../src-renderer/lib/explanations.ts'
import { donorState, SHELL } from '../../support/fixture-states.ts'

const EVERY_STATUS: readonly Status[] = [
  { kind: 'computing', units: 1 },
  ...PAUSE_REASONS.map((reason): Status =>
    reason === 'cannot-tell' ? { kind: reason } : { kind: 'paused', reason },
  ),
  { kind: 'waiting', reason: 'no-project' },
  { kind: 'waiting', reason: 'all-closed' },
  { kind: 'waiting', reason: 'banned' },
  { kind: 'waiting', reason: 'no-work' },
  { kind: 'waiting', reason: 'loading' },
  { kind: 'offline' },
]

it('explains every status in a sentence of its own', () => {
  const texts = EVERY_STATUS.map((status) => explanation(donorState(status), SHELL))
  expect(new Set(texts).size).toBe(EVERY_STATUS.length)
  for (const text of texts) expect(text).toMatch(/^\S.{15,}/)
})

it('says after how long without input it starts', () => {
  expect(explanation(donorState({ kind: 'paused', reason: 'in-use' }), SHELL)).toContain('3 minutes')
})

it('names the source that cannot tell', () => {
  const shell = { ...SHELL, presenceSource: 'KWin' }
  expect(explanation(donorState({ kind: 'cannot-tell' }), shell)).toContain('KWin')
})

it('does not claim that nobody is here when set to compute always', () => {
  const state = donorState({ kind: 'computing', units: 1 })
  const always = { ...state, preferences: { ...state.preferences, runWhen: 'always' as const } }
  expect(explanation(always, SHELL)).not.toContain('Nobody')
})

it('offers to resume what the donor paused, to join where there is no project, else to pause', () => {
  const working = donorState({ kind: 'computing', units: 1 })
  expect(remedy(working)).toBe('pause')
  expect(remedy({ ...working, pausedByDonor: true })).toBe('resume')
  expect(remedy({ ...working, projects: [] })).toBe('join')
  expect(remedy({ ...working, projects: [], pausedByDonor: true })).toBe('resume')
})
