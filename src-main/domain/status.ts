import type { Decision, PauseReason } from './scheduling-policy.ts'

/** Why there is nothing to do although computing is allowed. */
export type WaitReason = 'no-project' | 'all-closed' | 'banned' | 'no-work' | 'loading'

/**
 * What the donor's machine is doing, in one value. The tray icon follows `kind`.
 * `cannot-tell` is a pause of its own kind because the remedy is different: the desktop must be understood first.
 */
export type Status =
  | { readonly kind: 'computing'; readonly units: number }
  | { readonly kind: 'paused'; readonly reason: Exclude<PauseReason, 'cannot-tell'> }
  | { readonly kind: 'waiting'; readonly reason: WaitReason }
  | { readonly kind: 'offline' }
  | { readonly kind: 'cannot-tell' }

/** What the status depends on, counted by the donor role. */
export interface Activity {
  readonly decision: Decision
  /** Projects joined, those of them connected, those that may not be computed without a sandbox, and closed ones. */
  readonly projects: number
  readonly connected: number
  readonly restricted: number
  readonly closed: number
  /** Those whose publishers take nothing from this donor. */
  readonly banned: number
  /** Units in slots that compute, and units whose module is being prepared. */
  readonly running: number
  readonly preparing: number
}

/** Finds the one status for what is going on. A pause outweighs everything; work at hand outweighs being offline. */
export function statusOf(activity: Activity): Status {
  const { decision } = activity
  if (!decision.run)
    return decision.reason === 'cannot-tell'
      ? { kind: 'cannot-tell' }
      : { kind: 'paused', reason: decision.reason }
  if (activity.running > 0) return { kind: 'computing', units: activity.running }
  if (activity.preparing > 0) return { kind: 'waiting', reason: 'loading' }
  if (activity.projects === 0) return { kind: 'waiting', reason: 'no-project' }
  if (activity.closed === activity.projects) return { kind: 'waiting', reason: 'all-closed' }
  if (activity.closed + activity.banned === activity.projects) return { kind: 'waiting', reason: 'banned' }
  if (activity.restricted === activity.projects) return { kind: 'paused', reason: 'sandbox-unavailable' }
  if (activity.connected === 0) return { kind: 'offline' }
  return { kind: 'waiting', reason: 'no-work' }
}

const PAUSED: Readonly<Record<Exclude<PauseReason, 'cannot-tell'>, string>> = {
  'paused-by-donor': 'Paused by you',
  suspended: 'Paused: the computer is going to sleep',
  'runs-never': 'Paused: set to never compute',
  'network-limit': 'Paused until midnight: today’s network limit is used up',
  'in-use': 'Paused: you are using this computer',
  'sandbox-unavailable': 'Paused: the sandbox is not available here',
}

const WAITING: Readonly<Record<WaitReason, string>> = {
  'no-project': 'Ready: join a project to start',
  'all-closed': 'Nothing to do: your projects are closed',
  banned: 'Nothing to do: your publishers take no results from this donor',
  'no-work': 'Waiting for work',
  loading: 'Getting the app ready',
}

/** The one sentence that window, tooltip and log show. */
export function statusSentence(status: Status): string {
  switch (status.kind) {
    case 'computing':
      return status.units === 1 ? 'Computing 1 unit' : `Computing ${String(status.units)} units`
    case 'paused':
      return PAUSED[status.reason]
    case 'waiting':
      return WAITING[status.reason]
    case 'offline':
      return 'Offline: looking for the publisher'
    case 'cannot-tell':
      return 'Paused: can’t tell whether you are here'
  }
}
