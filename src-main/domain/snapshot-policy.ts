import { LIMITS } from './limits.ts'

/** When units are saved. All times are milliseconds. */
export interface SnapshotPace {
  /** How often it is looked whether something is due; the times below are kept as exactly as this. */
  readonly lookMs: number
  /** Computing time of a unit between two snapshots. */
  readonly everyMs: number
  /** Units that computed for less are never saved. */
  readonly youngMs: number
  /** A pause of this length ends the slot, once its unit is saved. */
  readonly longPauseMs: number
}

export const SNAPSHOT_PACE: SnapshotPace = {
  lookMs: 5_000,
  everyMs: LIMITS.snapshotEveryMs,
  youngMs: LIMITS.snapshotYoungMs,
  longPauseMs: LIMITS.snapshotLongPauseMs,
}

/** A unit with checkpoints in a slot. `computedMs` and what is compared with it count computing time without pauses. */
export interface SnapshotSituation {
  readonly computedMs: number
  /** `computedMs` of the snapshot on disk; 0: there is none. */
  readonly savedMs: number
  /** `computedMs` when a snapshot was last tried, whether or not it could be had; 0: never. */
  readonly triedMs: number
  /** How long the slot has been paused; absent while it computes. */
  readonly pausedForMs?: number
  /** A snapshot was tried in vain during this very pause. */
  readonly failedInPause: boolean
  /** The slot or the whole machine is about to stop. */
  readonly ending: boolean
}

/** `release`: save what is not saved yet, and when it is saved end the slot, which gives its memory back. */
export type SnapshotStep = 'none' | 'save' | 'release'

/** What is due for the unit now. */
export function snapshotStep(situation: SnapshotSituation, pace: SnapshotPace): SnapshotStep {
  const { computedMs, savedMs, triedMs, pausedForMs } = situation
  if (computedMs < pace.youngMs) return 'none'
  if (situation.ending) return computedMs > savedMs ? 'save' : 'none'
  if (pausedForMs === undefined)
    return computedMs - Math.max(savedMs, triedMs) >= pace.everyMs ? 'save' : 'none'
  // Every try lets a paused unit compute for a moment, so there is one, and a unit that cannot be saved stays in memory.
  return pausedForMs >= pace.longPauseMs && !situation.failedInPause ? 'release' : 'none'
}
