import type { Slot, Timers } from '../../ports.ts'

/**
 * A slot that has not stopped this long after it was told to is compiling something that the policy's bounds did not
 * foresee. Not shorter: on a busy machine an idle-priority slot waits seconds for the moment in which it can stop, using
 * no processor, and a kill would cost the unit's work.
 */
export const PAUSE_MS = 5_000

/** Pauses a slot; calls `giveUp` once when that takes too long. Rejects like {@link Slot.pause}. */
export async function pauseInTime(slot: Slot, timers: Timers, giveUp: () => void): Promise<void> {
  const cancel = timers.after(PAUSE_MS, giveUp)
  try {
    await slot.pause()
  } finally {
    cancel()
  }
}
