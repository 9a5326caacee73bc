import type { SwarmConnection } from 'hyperswarm'
import { EventEmitter } from 'node:events'
import Protomux from 'protomux'
import { describe, expect, it } from 'vitest'
import { encodeLeaseRequest } from '../../../src-main/contracts/wire/lease.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import {
  DONOR,
  guardConnection,
  SEEDER,
  UNPROVEN,
  type GuardAllowance,
} from '../../../src-main/engine/adapters/hyper/guard.ts'
import { call } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { startPublisher, useTestDht } from '../../support/hyper-net.ts'
import { stranger } from '../../support/hyper-stranger.ts'
import { manualTimers } from '../../support/manual-timers.ts'

/** A connection as far as the guard looks at it. */
function fakeConnection(trusted: GuardAllowance = SEEDER) {
  const connection = Object.assign(new EventEmitter(), {
    rawBytesRead: 0,
    userData: null,
    rawStream: new EventEmitter(),
    _len: 0,
    _writableState: { buffered: 0 },
    destroyed: false,
    write: () => true,
    destroy() {
      connection.destroyed = true
    },
  })
  const timers = manualTimers()
  const guard = guardConnection({
    connection: connection as unknown as SwarmConnection,
    trusted,
    timers,
    log: () => undefined,
  })
  return {
    guard,
    timers,
    dropped: () => connection.destroyed,
    receive(bytes: number) {
      connection.rawBytesRead += bytes
      connection.emit('data', Buffer.alloc(0))
    },
    /** The first bytes of a message that says it is so long. */
    begin(bytes: number) {
      connection._len = bytes
      connection.rawStream.emit('data')
    },
    /** Channel numbers that it has used by now. */
    channels(count: number) {
      const { _remote } = Protomux.from(connection as unknown as SwarmConnection)
      ;(_remote as unknown[]).length = count
    },
    owe(bytes: number) {
      connection._writableState.buffered = bytes
      timers.advance(1000)
    },
  }
}

describe('the guard of a connection', () => {
  it('lets a peer that has proven nothing say a few words', () => {
    const { receive, dropped, timers } = fakeConnection()
    receive(UNPROVEN.burstBytes)
    timers.advance(60_000)
    expect(dropped()).toBe(false)
    receive(1)
    expect(dropped()).toBe(true)
  })

  it('lets a burst of a trusted peer through and drops what goes beyond it', () => {
    const { receive, dropped, guard } = fakeConnection()
    guard.trust()
    guard.trust()
    receive(UNPROVEN.burstBytes + SEEDER.burstBytes)
    expect(dropped()).toBe(false)
    receive(1)
    expect(dropped()).toBe(true)
  })

  it('lets the sustained rate of a trusted peer through for ever', () => {
    const { receive, dropped, timers, guard } = fakeConnection()
    guard.trust()
    receive(UNPROVEN.burstBytes + SEEDER.burstBytes)
    for (let second = 0; second < 100; second++) {
      timers.advance(1000)
      receive(SEEDER.bytesPerSecond)
    }
    expect(dropped()).toBe(false)
    receive(SEEDER.bytesPerSecond)
    expect(dropped()).toBe(true)
  })

  it('finds what follows from the last bytes of a peer within seconds, and what it owes for ever', () => {
    const busy = fakeConnection()
    busy.receive(1)
    busy.timers.advance(3_000)
    expect(busy.dropped()).toBe(false)
    busy.channels(4 * LIMITS.peerChannels + 1)
    busy.timers.advance(1_000)
    expect(busy.dropped()).toBe(true)

    const silent = fakeConnection()
    silent.timers.advance(3_600_000)
    silent.owe(LIMITS.peerUnreadBytes + 1)
    expect(silent.dropped()).toBe(true)
  })

  it('does not count bytes that were asked for', () => {
    const { receive, dropped, guard, timers } = fakeConnection(DONOR)
    guard.trust()
    guard.expect(LIMITS.moduleBytes)
    timers.advance(1000)
    receive(DONOR.burstBytes + LIMITS.moduleBytes)
    expect(dropped()).toBe(false)
  })

  it.each([
    ['unproven', false, UNPROVEN],
    ['trusted', true, DONOR],
  ] as const)('drops an %s peer when a message begins that is too long for it', (_what, proven, may) => {
    const { begin, dropped, guard } = fakeConnection(DONOR)
    if (proven) guard.trust()
    begin(may.messageBytes)
    expect(dropped()).toBe(false)
    begin(may.messageBytes + 1)
    expect(dropped()).toBe(true)
  })

  it('drops a peer that asks and does not read', () => {
    const { owe, dropped } = fakeConnection()
    owe(LIMITS.peerUnreadBytes)
    expect(dropped()).toBe(false)
    owe(LIMITS.peerUnreadBytes + 1)
    expect(dropped()).toBe(true)
  })
})

describe('a publisher that is flooded', () => {
  const dht = useTestDht()

  it('drops a peer that opens channels without end', async () => {
    const publisher = await startPublisher({ dht })
    const { connection } = await stranger(publisher.link)
    const closed = new Promise<void>((resolve) => connection.once('close', resolve))
    const mux = Protomux.from(connection) as unknown as {
      createChannel(options: { protocol: string; id: Uint8Array }): { open(): void } | null
    }
    for (let i = 0; i < 2000; i++)
      mux.createChannel({ protocol: 'hypercore/alpha', id: Buffer.from(String(i).padStart(32)) })?.open()
    await closed
  })

  it('drops a peer with too many requests in flight and goes on serving others', async () => {
    let running = 0
    let most = 0
    const publisher = await startPublisher({
      dht,
      handlers: {
        lease: () => {
          most = Math.max(most, ++running)
          return new Promise(() => undefined)
        },
      },
    })
    const { connection, rpc, hello } = await stranger(publisher.link)
    await call(rpc, 'hello', hello())
    const closed = new Promise<void>((resolve) => connection.once('close', resolve))
    const lease = encodeLeaseRequest({ units: 1, fuelCapacity: 0n })
    const calls = Array.from({ length: 200 }, () => call(rpc, 'lease', lease))
    const results = await Promise.allSettled(calls)
    await closed
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(most).toBe(LIMITS.peerRequestsInFlight)
    const second = await stranger(publisher.link)
    await expect(call(second.rpc, 'hello', second.hello())).resolves.toBeInstanceOf(Uint8Array)
  })
})
