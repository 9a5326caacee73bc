import type { Preferences } from './preferences.ts'
import type { Presence } from './presence.ts'

/** Every reason why nothing is computed although there may be work. The UI shows it, the log names it. */
export const PAUSE_REASONS = [
  'paused-by-donor',
  'suspended',
  'runs-never',
  'in-use',
  'network-limit',
  'cannot-tell',
  'sandbox-unavailable',
] as const
export type PauseReason = (typeof PAUSE_REASONS)[number]

/** Everything the decision depends on. Plain values; the caller samples them. */
export interface Conditions {
  readonly preferences: Preferences
  readonly presence: Presence
  readonly pausedByDonor: boolean
  /** The machine is going to sleep. */
  readonly suspended: boolean
  readonly coresOnline: number
  /** What the donor lets the network take a day is used up. */
  readonly networkUsedUp: boolean
}

export type Decision =
  | { readonly run: true; readonly slots: number; readonly cpuShare: number }
  | { readonly run: false; readonly reason: PauseReason }

/** Decides whether and how much to compute right now. The donor's own word comes first, then the machine's. */
export function decide(conditions: Conditions): Decision {
  const { preferences, presence } = conditions
  if (conditions.suspended) return { run: false, reason: 'suspended' }
  if (conditions.pausedByDonor) return { run: false, reason: 'paused-by-donor' }
  if (preferences.runWhen === 'never') return { run: false, reason: 'runs-never' }
  if (conditions.networkUsedUp) return { run: false, reason: 'network-limit' }
  if (preferences.runWhen === 'idle') {
    if (presence.kind === 'unknown') return { run: false, reason: 'cannot-tell' }
    if (presence.kind === 'idle' && presence.forMs < preferences.idleSeconds * 1000)
      return { run: false, reason: 'in-use' }
  }
  return {
    run: true,
    slots: slotCount(preferences.cores, conditions.coresOnline),
    cpuShare: preferences.cpuSharePercent / 100,
  }
}

/** Slots to open: what the donor asked for, never more than there are cores, never less than one. */
export function slotCount(cores: number, coresOnline: number): number {
  const wanted = cores === 0 ? coresOnline - 1 : cores
  return Math.max(1, Math.min(wanted, coresOnline))
}
