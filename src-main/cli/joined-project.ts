import type { DonorState } from '../contracts/donor-state.ts'
import { parseLink } from '../contracts/wire/link.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { isHex32 } from '../domain/ids.ts'

/**
 * The key of the project of a donor that a command means: by key or link also one that was left, by name one that is
 * joined, without a word the only one. Throws `not-found`, `bad-link`, or `bad-argument` when several may be meant.
 */
export function joinedProject({ projects }: Pick<DonorState, 'projects'>, named: string | undefined): string {
  if (named === undefined) {
    const [only, another] = projects
    if (!only) throw new PowerswarmError('not-found', 'This donor has joined no project')
    if (another) throw new PowerswarmError('bad-argument', 'Choose a project with --project, by name or link')
    return only.projectKey
  }
  if (isHex32(named)) return named
  if (named.toLowerCase().startsWith('powerswarm:')) return parseLink(named).projectKey
  const found = projects.filter(({ name }) => name === named)
  if (found.length === 1 && found[0]) return found[0].projectKey
  throw new PowerswarmError(
    found.length === 0 ? 'not-found' : 'bad-argument',
    found.length === 0
      ? `This donor has joined no project '${named}'`
      : `Several projects are named '${named}'`,
  )
}
