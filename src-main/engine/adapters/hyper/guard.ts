import type { SwarmConnection } from 'hyperswarm'
import Protomux from 'protomux'
import { LIMITS } from '../../../domain/limits.ts'
import type { Log, Timers } from '../../ports.ts'

/** Bounds what one peer can make this process do, whatever protocol it speaks on the connection. */
export interface Guard {
  /** These bytes were asked for: their arrival is not a flood. */
  expect(bytes: number): void
}

export interface GuardInit {
  readonly connection: SwarmConnection
  readonly timers: Timers
  readonly log: Log
}

const TICK_MS = 500
/** Channel numbers a peer ever used at once; opened and refused ones count too. */
const REMOTE_CHANNELS = 4 * LIMITS.peerChannels

/** Closes the connection as soon as its byte bucket is empty or it has too many channels. */
export function guardConnection({ connection, timers, log }: GuardInit): Guard {
  const mux = Protomux.from(connection)
  let allowed: number = LIMITS.peerBurstBytes
  let seen = connection.rawBytesRead

  const check = (): void => {
    allowed -= connection.rawBytesRead - seen
    seen = connection.rawBytesRead
    if (allowed < 0) drop('too many bytes')
    else if (mux._remote.length > REMOTE_CHANNELS || openChannels(mux) > LIMITS.peerChannels)
      drop('too many channels')
  }
  const drop = (why: string): void => {
    if (connection.destroyed) return
    log('warn', 'peer dropped', { why })
    connection.destroy()
  }
  const stop = timers.every(TICK_MS, () => {
    allowed = Math.min(LIMITS.peerBurstBytes, allowed + (LIMITS.peerBytesPerSecond * TICK_MS) / 1000)
    check()
  })
  connection.on('data', check)
  connection.once('close', stop)
  return {
    expect(bytes) {
      allowed += bytes
    },
  }
}

function openChannels(mux: Protomux): number {
  let count = 0
  for (const _channel of mux) count++
  return count
}
