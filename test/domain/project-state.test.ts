import { expect, it } from 'vitest'
import {
  projectSentence,
  projectStateOf,
  type ProjectSituation,
  type ProjectState,
} from '../../src-main/domain/project-state.ts'

const usual: ProjectSituation = { connected: true, closed: false, restricted: false, trouble: undefined }

it.each<[string, Partial<ProjectSituation>, ProjectState]>([
  ['connected', {}, 'connected'],
  ['away', { connected: false }, 'offline'],
  ['too busy to let it in', { connected: false, trouble: 'busy' }, 'offline'],
  ['closed, wherever its publisher is', { connected: false, closed: true }, 'closed'],
  ['closed rather than refused', { closed: true, trouble: 'banned' }, 'closed'],
  [
    'of a newer protocol, which may close it, too',
    { closed: true, trouble: 'protocol-version' },
    'other-version',
  ],
  ['refused by its publisher', { connected: false, trouble: 'bad-signature' }, 'unusable'],
  ['done with this donor, there or away', { trouble: 'banned' }, 'banned'],
  ['against the rules', { trouble: 'bad-record' }, 'unusable'],
  ['without a sandbox', { restricted: true }, 'restricted'],
])('a project that is %s has a state that says so', (_name, changes, state) => {
  expect(projectStateOf({ ...usual, ...changes })).toBe(state)
})

it('says of a publisher that is away whether there is something to compute meanwhile', () => {
  expect(projectSentence('offline', 3)).toContain('what was leased is computed')
  expect(projectSentence('offline', 0)).not.toContain('leased')
})
