import type Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import Protomux from 'protomux'

/** Protocol name of hypercore's replication. */
const REPLICATION = 'hypercore/alpha'

/**
 * Lets a peer replicate the cores that `offered` knows, when it asks for one by its discovery key. Others are refused
 * by the muxer, and nothing is announced: what a peer does not know, it does not learn. (Replicating the whole store
 * would tell every peer of every core and cost the publisher a channel for each.)
 */
export function offerCores(
  connection: SwarmConnection,
  offered: (discoveryKey: Uint8Array) => Hypercore | undefined,
): void {
  Protomux.from(connection).pair({ protocol: REPLICATION }, async (discoveryKey) => {
    const core = discoveryKey ? offered(discoveryKey) : undefined
    if (!core || core.closing) return
    await core.ready()
    core.replicate(connection)
  })
}
