import type { DonorEngineSchema } from '../contracts/engine.ts'
import type { Client } from '../contracts/rpc.ts'
import type { Presence } from '../domain/presence.ts'
import { powerIdleSource, followSession } from './idle/power-idle.ts'
import { presenceTracker } from './idle/presence-tracker.ts'
import { realScheduler } from './scheduler.ts'
import { startsScreensaver } from './screensaver-rule.ts'
import type { ShellState } from './shell-state.ts'
import type { Screensaver } from './windows/screensaver-window.ts'

export interface PresenceLinkComponents {
  readonly engine: Client<DonorEngineSchema>
  readonly state: ShellState
  readonly saver: Screensaver
}

/**
 * Lets presence drive the engine and the screensaver until the returned function is called. What cannot be
 * reported because the engine is gone is left out: it hears the next report when it is back.
 */
export function linkPresence({ engine, state, saver }: PresenceLinkComponents): () => void {
  const source = powerIdleSource()
  const dropped = (): void => undefined
  const tracker = presenceTracker({
    source,
    scheduler: realScheduler,
    report: (presence) => {
      engine.reportPresence(presence).catch(dropped)
      state.setPresenceSource(sourceName(presence, source.name))
    },
    inputSeen: () => saver.inputSeen(),
    idleFor: (forMs) => {
      if (startsScreensaver(state.donor, forMs)) saver.start()
    },
  })
  followSession(tracker, (suspended) => {
    engine.suspend({ suspended }).catch(dropped)
  })
  const follow = (): void => tracker.setComputing(state.donor?.status.kind === 'computing')
  const unfollow = state.onChange(follow)
  follow()
  tracker.start()
  return () => {
    unfollow()
    tracker.stop()
  }
}

function sourceName(presence: Presence, otherwise: string): string {
  return presence.kind === 'unattended' ? otherwise : presence.source
}
