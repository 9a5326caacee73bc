import type Hyperswarm from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'

/**
 * Refuses handshakes beyond a rate. A handshake is one packet from any address, and costs us a millisecond and 40 KB for
 * seconds. Who is refused is told so and comes back by redialling; hyperswarm's own `firewall` option would ban it
 * instead, for as long as we run, and remember every key.
 * @param now milliseconds, never going back
 */
export function limitHandshakes(swarm: Hyperswarm, now: () => number = () => performance.now()): void {
  const { server } = swarm
  server.handshakeClearWait = LIMITS.handshakeMs
  const firewall = server.firewall.bind(server)
  let left: number = LIMITS.handshakeBurst
  let countedAt = now()
  server.firewall = (publicKey, payload, address) => {
    const elapsedMs = now() - countedAt
    countedAt += elapsedMs
    left = Math.min(LIMITS.handshakeBurst, left + (LIMITS.handshakesPerSecond * elapsedMs) / 1000)
    if (left < 1) return true
    left--
    return firewall(publicKey, payload, address)
  }
}
