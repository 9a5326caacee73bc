import type DHT from 'hyperdht'
import type { Relay } from 'hyperdht'
import type Hyperswarm from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'
import type { Timers } from '../../ports.ts'

/**
 * Announces the swarm's server again soon after an outage or a change of our address on the internet. Hyperdht announces
 * every five minutes, and at once when nodes that hold the announcement are lost. But when it tried while the line was
 * dead it holds no node and loses none; and nodes go on passing messages to our old address, while it still takes that for
 * ours. Nobody finds us for those five minutes. Returns a function that ends it.
 */
export function keepAnnounced({ dht, server }: Hyperswarm, timers: Timers): () => void {
  let look = 0
  return timers.every(LIMITS.announceCheckMs, () => {
    const relays = server._announcer?.relays ?? []
    const relay = relays[look++ % relays.length]
    if (relay) void checkAddress(dht, relay, () => server.refresh())
    else if (server._announcer) server.refresh()
  })
}

/** A node that holds our announcement says from where it hears us now. */
async function checkAddress(
  dht: DHT,
  { relayAddress, peerAddress }: Relay,
  onMoved: () => void,
): Promise<void> {
  try {
    const { to } = await dht.ping(relayAddress)
    if (to.host !== peerAddress.host || to.port !== peerAddress.port) onMoved()
  } catch {
    // A lost node is hyperdht's own business.
  }
}
