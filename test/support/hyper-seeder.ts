import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DHT from 'hyperdht'
import type Hypercore from 'hypercore'
import Hyperswarm, { type SwarmConnection } from 'hyperswarm'
import { onTestFinished } from 'vitest'
import type { Link } from '../../src-main/domain/link.ts'
import { openCoreStore } from '../../src-main/engine/adapters/hyper/core-store.ts'
import { deviceKeyPair, meshTopic } from '../../src-main/engine/adapters/hyper/keys.ts'
import { createModuleCore } from '../../src-main/engine/adapters/hyper/module-core.ts'
import { offerCores } from '../../src-main/engine/adapters/hyper/offer-cores.ts'

/** What a seeder does with a block that it is asked for. */
export type Answer = 'right' | 'wrong' | 'silence' | 'leave'

export interface Seeder {
  /** Connections that donors have with it now. */
  readonly connections: ReadonlySet<SwarmConnection>
  /** Blocks asked for, in order. */
  readonly asked: readonly number[]
  /** Resolves when a connection of it closed. */
  readonly dropped: Promise<void>
}

export interface SeederInit {
  readonly link: Link
  /** Tells seeders apart. */
  readonly number: number
  /** The module it claims to have in full. */
  readonly module: Uint8Array
  answer(block: number): Answer
  /** To know the feed, and so the project's key: a core that it replicates on each connection. */
  readonly feedKey: Uint8Array
}

interface Data {
  readonly block: { readonly index: number; value: Uint8Array } | null
}
interface SendingPeer {
  readonly stream: SwarmConnection
  readonly wireData: { send(data: Data): void }
}

/** A peer on the mesh that has a module and answers as the test wants, by the real protocol. */
export async function startSeeder({ link, number, module, answer, feedKey }: SeederInit): Promise<Seeder> {
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-'))
  const store = await openCoreStore(join(dir, 'cores'))
  const core = await createModuleCore(store, module)
  const feed = store.get({ key: feedKey, writable: false })
  await feed.ready()
  const swarm = new Hyperswarm({
    dht: new DHT({ bootstrap: link.bootstrap ?? [], host: '127.0.0.1' }),
    keyPair: deviceKeyPair(new Uint8Array(32).fill(200 + number)),
  })
  onTestFinished(async () => {
    await swarm.destroy()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const asked: number[] = []
  core.on('peer-add', () => {
    for (const peer of peersOf(core)) distort(peer, asked, answer)
  })
  const dropped = new Promise<void>((resolve) => {
    swarm.on('connection', (connection) => {
      connection.on('error', () => undefined)
      connection.once('close', resolve)
      feed.replicate(connection)
      offerCores(connection, (key) => (Buffer.compare(key, core.discoveryKey) === 0 ? core : undefined))
    })
  })
  await swarm.join(meshTopic(link.projectKey), { server: true, client: true }).flushed()
  return { connections: swarm.connections, asked, dropped }
}

const distorted = new WeakSet<SendingPeer>()

function distort(peer: SendingPeer, asked: number[], answer: (block: number) => Answer): void {
  if (distorted.has(peer)) return
  distorted.add(peer)
  const { wireData } = peer
  const send = wireData.send.bind(wireData)
  wireData.send = (data) => {
    const { block } = data
    if (!block) {
      send(data)
      return
    }
    asked.push(block.index)
    const how = answer(block.index)
    if (how === 'silence') return
    if (how === 'leave') {
      peer.stream.destroy()
      return
    }
    if (how === 'wrong') block.value = block.value.map((byte) => byte ^ 1)
    send(data)
  }
}

function peersOf(core: Hypercore): readonly SendingPeer[] {
  return core.peers as unknown as readonly SendingPeer[]
}
