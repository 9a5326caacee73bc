import type { SwarmConnection } from 'hyperswarm'
import Protomux from 'protomux'
import { LIMITS } from '../../../domain/limits.ts'
import type { Log, Timers } from '../../ports.ts'

/** Bounds what one peer can make this process do, whatever protocol it speaks on the connection. */
export interface Guard {
  /** These bytes were asked for, or were worth their cost: their arrival is not a flood. */
  expect(bytes: number): void
  /** The peer has proven who it is, or that it belongs here: it gets a trusted one's allowance. Once. */
  trust(): void
}

/** What a peer may send that nobody asked for. Bytes are those of whole messages, after decryption. */
export interface GuardAllowance {
  /** At once. */
  readonly burstBytes: number
  readonly bytesPerSecond: number
  /** One message; known from its first bytes on. */
  readonly messageBytes: number
}

export const UNPROVEN: GuardAllowance = {
  burstBytes: LIMITS.unprovenBurstBytes,
  bytesPerSecond: 0,
  messageBytes: LIMITS.unprovenBurstBytes,
}
/** For donors that said hello to a publisher: they ask and submit, and what is accepted does not count. */
export const DONOR: GuardAllowance = {
  burstBytes: LIMITS.donorBurstBytes,
  bytesPerSecond: LIMITS.donorBytesPerSecond,
  messageBytes: LIMITS.donorMessageBytes,
}
/** For those that deliver to a donor: its publishers and other donors. */
export const SEEDER: GuardAllowance = {
  burstBytes: LIMITS.peerBurstBytes,
  bytesPerSecond: LIMITS.peerBytesPerSecond,
  messageBytes: LIMITS.peerMessageBytes,
}

export interface GuardInit {
  readonly connection: SwarmConnection
  /** What it may once it is trusted; until then {@link UNPROVEN}. */
  readonly trusted: GuardAllowance
  readonly timers: Timers
  readonly log: Log
}

const TICK_MS = 1_000
/** Channels and requests follow the bytes that asked for them within these, whatever the disk does. */
const QUIET_TICKS = 5
/** Channel numbers a peer ever used at once; opened and refused ones count too. */
const REMOTE_CHANNELS = 4 * LIMITS.peerChannels

/** Closes the connection as soon as the peer does more than it may. */
export function guardConnection({ connection, trusted, timers, log }: GuardInit): Guard {
  const mux = Protomux.from(connection)
  let allowance = UNPROVEN
  let allowed = allowance.burstBytes
  let seen = connection.rawBytesRead
  let quietTicks = 0

  const check = (): void => {
    const { rawBytesRead } = connection
    if (rawBytesRead !== seen) quietTicks = 0
    allowed -= rawBytesRead - seen
    seen = rawBytesRead
    if (allowed < 0) drop('too many bytes')
    else if (connection._writableState.buffered > LIMITS.peerUnreadBytes) drop('does not read')
    else if (mux._remote.length > REMOTE_CHANNELS) drop('too many channels')
    else checkChannels()
  }
  const checkChannels = (): void => {
    let open = 0
    let requests = 0
    for (const channel of mux) {
      open++
      requests += channel.userData?.remoteRequests?.size ?? 0
    }
    if (open > LIMITS.peerChannels) drop('too many channels')
    else if (requests > LIMITS.peerBlockRequests) drop('too many blocks asked for')
  }
  /** A message is put together in memory before anybody else sees it. */
  const checkMessage = (): void => {
    if (connection._len > allowance.messageBytes) drop('too long a message')
  }
  const drop = (why: string): void => {
    if (connection.destroyed) return
    log('warn', 'peer dropped', { why })
    connection.destroy()
  }
  const stop = timers.every(TICK_MS, () => {
    const { burstBytes, bytesPerSecond } = allowance
    allowed = Math.max(allowed, Math.min(burstBytes, allowed + (bytesPerSecond * TICK_MS) / 1000))
    quietTicks += 1
    // Thousands of idle connections come by here: what a silent one sent has had its effect by now.
    const isIdle = quietTicks > QUIET_TICKS && connection._writableState.buffered === 0
    if (!isIdle || connection.rawBytesRead !== seen) check()
  })
  connection.on('data', check)
  connection.rawStream.on('data', checkMessage)
  connection.once('close', stop)
  return {
    expect(bytes) {
      allowed += bytes
    },
    trust() {
      if (allowance === trusted) return
      allowance = trusted
      allowed += trusted.burstBytes
    },
  }
}
