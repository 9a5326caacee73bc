import type Hyperswarm from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'
import type { Timers } from '../../ports.ts'

/**
 * Announces the swarm's server again soon after an outage. Hyperdht announces every five minutes, and at once when nodes
 * that hold the announcement are lost; but when it tried while the line was dead, it holds no node, loses none, and nobody
 * finds us for those five minutes. Returns a function that ends it.
 */
export function keepAnnounced({ server }: Hyperswarm, timers: Timers): () => void {
  return timers.every(LIMITS.announceCheckMs, () => {
    if (server._announcer?.relays.length === 0) server.refresh()
  })
}
