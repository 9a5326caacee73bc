import { EventEmitter } from 'node:events'
import type Hyperswarm from 'hyperswarm'
import type { SwarmConnection } from 'hyperswarm'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { HalfOpen } from '../../../src-main/engine/adapters/hyper/half-open.ts'
import { limitHandshakes } from '../../../src-main/engine/adapters/hyper/handshake-rate.ts'
import { manualTimers } from '../../support/manual-timers.ts'

function halfOpen() {
  const timers = manualTimers()
  const list = new HalfOpen(timers)
  const accepted: number[] = []
  const open = (number: number, isInitiator = false) => {
    const connection = Object.assign(new EventEmitter(), {
      isInitiator,
      rawStream: Object.assign(new EventEmitter(), { bytesReceived: 0 }),
      destroyed: false,
      destroy() {
        connection.destroyed = true
        connection.emit('close')
      },
    })
    list.wait(connection as unknown as SwarmConnection, () => accepted.push(number))
    return connection
  }
  return { timers, accepted, open }
}

describe('a connection that was only announced', () => {
  it('is taken for real when its first packet comes, once', () => {
    const { open, accepted, timers } = halfOpen()
    const connection = open(1)
    expect(accepted).toEqual([])
    connection.rawStream.emit('data')
    connection.rawStream.emit('data')
    timers.advance(LIMITS.halfOpenMs)
    expect([accepted, connection.destroyed]).toEqual([[1], false])
  })

  it('is real at once when we dialled', () => {
    const { open, accepted } = halfOpen()
    open(1, true)
    expect(accepted).toEqual([1])
  })

  it('is closed when nothing follows', () => {
    const { open, accepted, timers } = halfOpen()
    const connection = open(1)
    timers.advance(LIMITS.halfOpenMs)
    expect([accepted, connection.destroyed, timers.pending]).toEqual([[], true, 0])
  })

  it('gives way when there are too many, the oldest first', () => {
    const { open } = halfOpen()
    const first = Array.from({ length: LIMITS.halfOpenConnections }, (_, i) => open(i))
    expect(first.some(({ destroyed }) => destroyed)).toBe(false)
    open(-1)
    expect([first[0]?.destroyed, first[1]?.destroyed]).toEqual([true, false])
  })
})

describe('handshakes', () => {
  it('are answered at once up to a burst, then at a rate, and bans stay', () => {
    let nowMs = 0
    const banned = new Uint8Array([1])
    const server = { handshakeClearWait: 0, firewall: (key: Uint8Array) => key === banned }
    limitHandshakes({ server } as unknown as Hyperswarm, () => nowMs)
    const firewall = server.firewall as (key: Uint8Array, payload: unknown, address: unknown) => boolean
    const answered = (tries: number): number =>
      Array.from({ length: tries }, () => firewall(new Uint8Array([2]), null, null)).filter((no) => !no)
        .length
    expect(answered(2 * LIMITS.handshakeBurst)).toBe(LIMITS.handshakeBurst)
    nowMs += 1000
    expect(answered(2 * LIMITS.handshakeBurst)).toBe(LIMITS.handshakesPerSecond)
    nowMs += 1000
    expect(firewall(banned, null, null)).toBe(true)
  })
})
