import { ERROR_REMEDIES, type ErrorCode } from './errors.ts'

/**
 * How one of a donor's projects stands; the others go on whatever it is.
 * - `connected`, `offline`: its publisher can be reached, or is looked for until it can
 * - `closed`: its publisher ended it for good; nothing is wrong
 * - `other-version`: publisher and donor do not speak the same protocol, one of them has to be updated
 * - `unusable`: its publisher refuses this donor, or what it publishes breaks the rules
 * - `banned`: its publisher takes nothing from this donor until it changes its mind
 * - `restricted`: its apps may not run where units cannot be sandboxed
 * - `not-joined`: it could not be joined at the last try, for instance because its network's addresses are wrong
 */
export type ProjectState =
  'connected' | 'offline' | 'closed' | 'other-version' | 'unusable' | 'banned' | 'restricted' | 'not-joined'

/** What the state follows from. */
export interface ProjectSituation {
  readonly connected: boolean
  readonly closed: boolean
  readonly restricted: boolean
  /** Why the publisher or its feed was refused last; undefined when it was not. */
  readonly trouble: ErrorCode | undefined
}

/** Finds the one state of a project that is joined. What lasts outweighs what may change by itself. */
export function projectStateOf(situation: ProjectSituation): Exclude<ProjectState, 'not-joined'> {
  const { trouble } = situation
  if (trouble === 'protocol-version') return 'other-version'
  if (situation.closed) return 'closed'
  if (trouble === 'banned') return 'banned'
  if (trouble !== undefined && ERROR_REMEDIES[trouble] !== 'retry') return 'unusable'
  if (situation.restricted) return 'restricted'
  return situation.connected ? 'connected' : 'offline'
}

const SENTENCES: Readonly<Record<Exclude<ProjectState, 'offline'>, string>> = {
  connected: 'Connected',
  closed: 'Closed by its publisher: there is no more work, and your credit stays',
  'other-version': 'Its publisher uses another version of Powerswarm',
  unusable: 'Cannot be used',
  banned: 'Its publisher takes no results from this donor any more',
  restricted: 'Not computed here: there is no sandbox for its apps',
  'not-joined': 'Could not be joined; tried again every minute',
}

/**
 * The one sentence about a project that window and command line show.
 * @param leased units that wait here to be computed
 */
export function projectSentence(state: ProjectState, leased: number): string {
  if (state !== 'offline') return SENTENCES[state]
  return leased > 0
    ? 'Its publisher is away: what was leased is computed, and sent on its return'
    : 'Its publisher is away: it is called until it answers'
}
