import { powerMonitor } from 'electron'
import { idleTrust } from './desktop-session.ts'
import type { IdleSource, PresenceTracker } from './presence-tracker.ts'

/** Electron's own idle time, where it can be trusted. Call after the app is ready. */
export function powerIdleSource(): IdleSource {
  const trust = idleTrust(process.platform, process.env)
  return {
    name: trust.name,
    idleSeconds: () => (trust.trusted ? powerMonitor.getSystemIdleTime() : undefined),
  }
}

/** Passes on what the session does: locks and unlocks to the tracker, sleep and wake-up to `suspend`. */
export function followSession(tracker: PresenceTracker, suspend: (suspended: boolean) => void): void {
  powerMonitor.on('lock-screen', () => tracker.setLocked(true))
  powerMonitor.on('unlock-screen', () => tracker.setLocked(false))
  powerMonitor.on('suspend', () => suspend(true))
  powerMonitor.on('resume', () => suspend(false))
}
