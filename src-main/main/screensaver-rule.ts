import type { DonorState } from '../contracts/donor-state.ts'

/** Whether idleness starts the screensaver now: the donor wants it, units run, and nobody was here for long enough. */
export function startsScreensaver(donor: DonorState | undefined, idleForMs: number): boolean {
  if (donor?.status.kind !== 'computing' || !donor.preferences.screensaver) return false
  return idleForMs >= donor.preferences.screensaverSeconds * 1000
}
