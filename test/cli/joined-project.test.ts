import { expect, it } from 'vitest'
import { formatLink } from '../../src-main/contracts/wire/link.ts'
import type { ProjectKey } from '../../src-main/domain/ids.ts'
import { joinedProject } from '../../src-main/cli/joined-project.ts'
import { projectView } from '../support/fixture-states.ts'

const key = (byte: string): ProjectKey => byte.repeat(32) as ProjectKey
const primes = projectView({ projectKey: key('01'), name: 'Primes' })
const folds = projectView({ projectKey: key('02'), name: 'Folds' })
const more = projectView({ projectKey: key('03'), name: 'Folds' })
const joined = { projects: [primes, folds, more] }

it('finds a project by its name, its key and its link', () => {
  expect(joinedProject(joined, 'Primes')).toBe(key('01'))
  expect(joinedProject(joined, key('02'))).toBe(key('02'))
  expect(joinedProject(joined, formatLink({ projectKey: key('03') }))).toBe(key('03'))
})

it('means the only one when it is given no word', () => {
  expect(joinedProject({ projects: [primes] }, undefined)).toBe(key('01'))
})

it.each([
  ['a name that nobody has', joined, 'Nothing', 'not-found'],
  ['a name that two have', joined, 'Folds', 'bad-argument'],
  ['no word and several projects', joined, undefined, 'bad-argument'],
  ['no word and no project', { projects: [] }, undefined, 'not-found'],
  ['a link that is none', joined, 'powerswarm://nonsense', 'bad-link'],
] as const)('refuses %s', (_what, state, named, code) => {
  expect(() => joinedProject(state, named)).toThrow(expect.objectContaining({ code }) as Error)
})
