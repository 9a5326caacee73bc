import { randomBytes } from 'node:crypto'
import type { SwarmConnection } from 'hyperswarm'
import Protomux from 'protomux'
import { encodeLeaseRequest } from '../../../src-main/contracts/wire/lease.ts'
import { hexToBytes } from '../../../src-main/domain/ids.ts'
import type { Link } from '../../../src-main/domain/link.ts'
import { call, openRpc } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { helloBytes, openRawNode, type RawNode } from './raw-peer.ts'

/** What attackers try. Each sends as much as it is told, or until it is cut off. */
export type FloodName = keyof typeof FLOODS

export interface FloodReport {
  /** Connections that the other side closed, of how many. */
  readonly dropped: number
  readonly connections: number
  /** Messages sent, or handshakes begun, by the time it was over. */
  readonly sent: number
}

export interface Target {
  readonly link: Link
  /** Whom to attack: a publisher by the project's key, a donor by its machine's. */
  readonly publicKey: Uint8Array
}

type Flood = (target: Target, count: number, node: RawNode) => Promise<FloodReport>

/** A refused or dropped connection says nothing more; more than this and it counts as kept. */
const DROP_MS = 15_000
const LONGEST_MESSAGE = 0xff_ffff
const OVERHEAD = 17

export const FLOODS = {
  /** Calls without waiting for answers, after an honest hello. */
  calls: onOne(async (connection, { link }, count) => {
    const rpc = openRpc(connection)
    await call(rpc, 'hello', helloBytes(connection, link.projectKey, 1))
    const lease = encodeLeaseRequest({ units: 256, fuelCapacity: 0n })
    return inSteps(connection, count, () => {
      rpc.request('lease', lease).catch(() => undefined)
    })
  }),
  /** Calls of a method that nobody has, whose answers are longer than the calls and are never read. */
  'unread-answers': onOne((connection, _target, count) => {
    const rpc = openRpc(connection)
    connection.pause()
    return inSteps(connection, count, () => {
      rpc.request('x', new Uint8Array(0)).catch(() => undefined)
    })
  }),
  'discovery-keys': onOne((connection, _target, count) => {
    const mux = muxOf(connection)
    return inSteps(connection, count, () => {
      mux.createChannel({ protocol: 'hypercore/alpha', id: randomBytes(32) })?.open()
    })
  }),
  channels: onOne((connection, _target, count) => {
    const mux = muxOf(connection)
    return inSteps(connection, count, (i) => {
      mux.createChannel({ protocol: `x${String(i)}` })?.open()
    })
  }),
  'long-messages': onOne((connection, _target, count) => {
    const message = Buffer.alloc(LONGEST_MESSAGE - OVERHEAD)
    return inSteps(connection, count, () => {
      connection.write(message)
    })
  }),
  /** Many connections, on each the first 15 MB of a message that never ends. */
  'begun-messages': onMany(async (connection) => {
    const { rawStream } = connection as unknown as { rawStream: { write(bytes: Uint8Array): boolean } }
    const part = Buffer.alloc(1024 * 1024, 0xff)
    return inSteps(connection, 15, () => void rawStream.write(part))
  }),
  /** One hello after another on the same connection. */
  hellos: onOne((connection, { link }, count) => {
    const rpc = openRpc(connection)
    const hello = helloBytes(connection, link.projectKey, 1)
    return inSteps(connection, count, () => {
      rpc.request('hello', hello).catch(() => undefined)
    })
  }),
  /** Connections that say nothing. */
  'silent-connections': onMany(() => Promise.resolve(0)),
  /** Handshakes from many addresses that are never followed by a connection. */
  handshakes: async ({ link, publicKey }, count) => {
    const bootstrap = link.bootstrap ?? []
    const nodes = Array.from({ length: 8 }, (_, i) => openRawNode(bootstrap, `127.0.1.${String(i + 1)}`))
    let sent = 0
    while (sent < count) {
      for (const node of nodes) node.beginHandshake(publicKey, ++sent)
      await pause(4)
    }
    await pause(1000)
    // What was never connected cannot be closed; the process ends with it.
    return { dropped: 0, connections: 0, sent }
  },
} satisfies Record<string, Flood>

type Attack = (connection: SwarmConnection, target: Target, count: number) => Promise<number>

function onOne(attack: Attack): Flood {
  return async (target, count, node) => {
    const connection = await node.connect(target.publicKey, 1)
    const closed = new Promise<number>((resolve) => connection.once('close', () => resolve(1)))
    const sent = await attack(connection, target, count)
    return { dropped: await Promise.race([closed, pause(DROP_MS).then(() => 0)]), connections: 1, sent }
  }
}

function onMany(attack: Attack): Flood {
  return async (target, count, node) => {
    let dropped = 0
    let sent = 0
    let refused = 0
    const one = async (number: number): Promise<void> => {
      let connection: SwarmConnection
      try {
        connection = await node.connect(target.publicKey, number)
      } catch {
        // Refused at the door, which is an answer.
        refused++
        return
      }
      connection.once('close', () => dropped++)
      sent += await attack(connection, target, count)
    }
    for (let i = 0; i < count; i += 32)
      await Promise.all(Array.from({ length: Math.min(32, count - i) }, (_, k) => one(i + k + 1)))
    const end = performance.now() + DROP_MS
    while (dropped + refused < count && performance.now() < end) await pause(100)
    return { dropped: dropped + refused, connections: count, sent }
  }
}

/** Sends in steps, so that the answers and the end of the connection are noticed in between. */
async function inSteps(
  connection: SwarmConnection,
  count: number,
  send: (i: number) => void,
): Promise<number> {
  for (let i = 0; i < count; i++) {
    if (connection.destroyed) return i
    send(i)
    if (i % 250 === 249 || connection._writableState.buffered > 4_000_000) await pause(1)
  }
  return count
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

interface RawMux {
  createChannel(options: { protocol: string; id?: Uint8Array }): { open(): void } | null
}

function muxOf(connection: SwarmConnection): RawMux {
  return Protomux.from(connection) as unknown as RawMux
}

/** Finds whom to attack: the publisher, or the one donor on the mesh. */
export async function targetOf(link: Link, whom: 'publisher' | 'donor', node: RawNode): Promise<Target> {
  if (whom === 'publisher') return { link, publicKey: hexToBytes(link.projectKey) }
  for (let i = 0; i < 100; i++) {
    const [publicKey] = await node.meshOf(link.projectKey)
    if (publicKey) return { link, publicKey }
    await pause(100)
  }
  throw new Error('no donor announces itself on the mesh')
}
