import type { DonorState, DonorSummary } from '../contracts/donor-state.ts'
import type { Timers } from './ports.ts'
import { throttled } from './throttled.ts'

/** Notices of a changed state are at least this far apart. */
const NOTICE_EVERY_MS = 100

/** Whether this change is worth a notice; asked at most every 100 ms, and may remember what it said. */
export type Wanted = (summary: DonorSummary) => boolean

export interface StateNotices {
  /** Something changed. */
  poke(): void
  /** Returns the function that ends the subscription. Without `wanted` every change is told. */
  listen(listener: (state: DonorState) => void, wanted?: Wanted): () => void
  stop(): void
}

/** Tells of changes; the whole state, which takes a search through the database, is made only for who wants it. */
export function stateNotices(
  donor: { readonly state: DonorState; readonly summary: DonorSummary },
  timers: Timers,
): StateNotices {
  const listeners = new Map<(state: DonorState) => void, Wanted>()
  const notices = throttled(timers, NOTICE_EVERY_MS, () => {
    if (listeners.size === 0) return
    const { summary } = donor
    const told = [...listeners].filter(([, wanted]) => wanted(summary))
    if (told.length === 0) return
    const { state } = donor
    for (const [listener] of told) listener(state)
  })
  return {
    poke: () => notices.poke(),
    listen: (listener, wanted = () => true) => {
      listeners.set(listener, wanted)
      return () => listeners.delete(listener)
    },
    stop: () => {
      notices.stop()
      listeners.clear()
    },
  }
}

/** Wants everything while somebody looks, otherwise only what changes the summary. */
export function wantedByShell(isWatching: () => boolean): Wanted {
  let told = ''
  return (summary) => {
    const now = JSON.stringify(summary)
    const changed = now !== told
    told = now
    return changed || isWatching()
  }
}
