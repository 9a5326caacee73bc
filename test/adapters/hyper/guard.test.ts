import type { SwarmConnection } from 'hyperswarm'
import Protomux from 'protomux'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { encodeLeaseRequest } from '../../../src-main/contracts/wire/lease.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { guardConnection } from '../../../src-main/engine/adapters/hyper/guard.ts'
import { call } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { startPublisher, useTestDht } from '../../support/hyper-net.ts'
import { stranger } from '../../support/hyper-stranger.ts'
import { manualTimers } from '../../support/manual-timers.ts'

/** A connection as far as the guard looks at it. */
function fakeConnection() {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const connection = Object.assign(stream, { rawBytesRead: 0, userData: null })
  const timers = manualTimers()
  const guard = guardConnection({
    connection: connection as unknown as SwarmConnection,
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
  }
}

describe('the guard of a connection', () => {
  it('lets a burst through and drops what goes beyond it', () => {
    const { receive, dropped } = fakeConnection()
    receive(LIMITS.peerBurstBytes)
    expect(dropped()).toBe(false)
    receive(1)
    expect(dropped()).toBe(true)
  })

  it('lets the sustained rate through for ever', () => {
    const { receive, dropped, timers } = fakeConnection()
    receive(LIMITS.peerBurstBytes)
    for (let second = 0; second < 100; second++) {
      timers.advance(1000)
      receive(LIMITS.peerBytesPerSecond)
    }
    expect(dropped()).toBe(false)
    receive(LIMITS.peerBytesPerSecond)
    expect(dropped()).toBe(true)
  })

  it('does not count bytes that were asked for', () => {
    const { receive, dropped, guard } = fakeConnection()
    guard.expect(LIMITS.moduleBytes)
    receive(LIMITS.peerBurstBytes + LIMITS.moduleBytes)
    expect(dropped()).toBe(false)
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
