import type Hyperswarm from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'
import type { Timers } from '../../ports.ts'

/**
 * Announces the swarm's server again soon after an outage or a change of our address on the internet. Hyperdht announces
 * every five minutes, and at once when nodes that hold the announcement are lost. But when it tried while the line was
 * dead it holds no node and loses none, and nodes go on sending to an old address: nobody finds us for those five minutes.
 * Returns a function that ends it.
 */
export function keepAnnounced({ dht, server }: Hyperswarm, timers: Timers): () => void {
  let known: string | undefined
  return timers.every(LIMITS.announceCheckMs, () => {
    const address = dht.host === null ? undefined : `${dht.host}:${String(dht.port)}`
    const moved = known !== undefined && address !== undefined && address !== known
    known = address ?? known
    if (moved || server._announcer?.relays.length === 0) server.refresh()
  })
}
