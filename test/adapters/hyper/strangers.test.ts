import Hypercore from 'hypercore'
import DHT from 'hyperdht'
import Hyperswarm, { type SwarmConnection } from 'hyperswarm'
import Protomux from 'protomux'
import { describe, expect, it, onTestFinished } from 'vitest'
import { join } from 'node:path'
import { WIRE_VERSION } from '../../../src-main/contracts/wire/codec.ts'
import { hex32, hexToBytes, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { openCoreStore } from '../../../src-main/engine/adapters/hyper/core-store.ts'
import {
  deviceKeyPair,
  projectCoreKey,
  projectKeyOf,
  publisherKeyPair,
} from '../../../src-main/engine/adapters/hyper/keys.ts'
import {
  appRecord,
  connected,
  manifest,
  noise,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
} from '../../support/hyper-net.ts'
import { openRpc } from '../../../src-main/engine/adapters/hyper/rpc.ts'
import { openRawNode, type RawNode } from '../../support/floods/raw-peer.ts'
import { manualTimers } from '../../support/manual-timers.ts'
import { tempDir } from '../../support/temp-dir.ts'

const dht = useTestDht()
const original = noise(1000, 1)

/** What somebody gets who knows where the mesh is, and the discovery keys that cross it, but no project key. */
interface Stranger {
  readonly connection: SwarmConnection
  /** Discovery keys of the channels that the other side opened, in hexadecimal. */
  readonly offered: readonly string[]
  /** Asks for the core of that discovery key, by default under a key of its own; whether its first block came. */
  reads(discoveryKey: Uint8Array, key?: Uint8Array): Promise<boolean>
}

async function project() {
  const publisher = await startPublisher({ dht })
  const app = await appRecord(publisher.cores, original)
  await publisher.cores.appendProject([manifest(), app])
  const discoveryKeys = [projectCoreKey(publisher.link.projectKey), hexToBytes(app.moduleCore)].map((key) =>
    Hypercore.discoveryKey(key),
  )
  return { publisher, app, discoveryKeys }
}

async function stranger(node: RawNode, publicKey: Uint8Array): Promise<Stranger> {
  const connection = await node.connect(publicKey, 7)
  const offered: string[] = []
  const mux = Protomux.from(connection)
  mux.pair({ protocol: 'hypercore/alpha' }, (id) => offered.push(Buffer.from(id ?? []).toString('hex')))
  const store = await openCoreStore(join(tempDir(), 'cores'))
  onTestFinished(() => store.close())
  return {
    connection,
    offered,
    async reads(discoveryKey, key = new Uint8Array(32).fill(9)) {
      const core = store.get({ key, writable: false })
      await core.ready()
      // Right discovery key, wrong key: as far as one gets without the link.
      Object.defineProperty((core as unknown as { core: object }).core, 'discoveryKey', {
        value: Buffer.from(discoveryKey),
      })
      core.replicate(connection)
      const block: unknown = await core.get(0, { timeout: 1_000 }).catch(() => undefined)
      return block !== undefined
    },
  }
}

function rawNode(): RawNode {
  const node = openRawNode(dht.bootstrap)
  onTestFinished(() => node.close())
  return node
}

describe('a stranger who knows no project key', () => {
  it('reads nothing from a publisher, even with the discovery keys', async () => {
    const { publisher, discoveryKeys } = await project()
    for (const discoveryKey of discoveryKeys) {
      const { reads, offered } = await stranger(rawNode(), hexToBytes(publisher.link.projectKey))
      expect(await reads(discoveryKey)).toBe(false)
      expect(offered).toEqual([])
    }
  })

  it('would read it with the key', async () => {
    const { publisher, discoveryKeys } = await project()
    const { reads } = await stranger(rawNode(), hexToBytes(publisher.link.projectKey))
    expect(await reads(discoveryKeys[0]!, projectCoreKey(publisher.link.projectKey))).toBe(true)
  })

  it('reads nothing from a donor whom it found by the topic', async () => {
    const { publisher, app, discoveryKeys } = await project()
    const donor = await startDonor(publisher.link, 1)
    await connected(donor.project)
    await donor.project.module(app)
    const node = rawNode()
    for (const discoveryKey of discoveryKeys) {
      const [publicKey] = await node.meshOf(publisher.link.projectKey)
      const { reads } = await stranger(rawNode(), publicKey!)
      expect(await reads(discoveryKey)).toBe(false)
    }
  })

  it('does not keep a place on the mesh', async () => {
    const { publisher } = await project()
    const timers = manualTimers()
    const donor = await startDonor(publisher.link, 1, undefined, timers)
    await connected(donor.project)
    const second = await startDonor(publisher.link, 2)
    await settled(donor.project, () => donor.project.meshPeers === 1)
    const node = rawNode()
    const { publicKey } = deviceKeyPair(new Uint8Array(32).fill(1))
    const { connection } = await stranger(node, publicKey)
    const closed = new Promise<void>((resolve) => connection.once('close', resolve))
    await expect.poll(() => timers.pending).toBeGreaterThan(0)
    timers.advance(LIMITS.meshProofMs)
    await closed
    expect(donor.project.meshPeers).toBe(1)
    expect(second.project.meshPeers).toBe(1)
  })
})

describe('a link whose key is wrong', () => {
  it('finds nobody, and says so by staying offline', async () => {
    const { publisher } = await project()
    const projectKey = hex32<ProjectKey>('ab'.repeat(32))
    const { project: lost } = await startDonor({ ...publisher.link, projectKey }, 1)
    const { project: found } = await startDonor(publisher.link, 2)
    await connected(found)
    expect([lost.state, lost.trouble]).toEqual(['offline', undefined])
    expect(publisher.network.donors()).toHaveLength(1)
  })
})

describe('a publisher of a newer protocol', () => {
  it('is told to the person at the donor, in words that say what to do', async () => {
    const keys = publisherKeyPair(new Uint8Array(32).fill(5))
    const swarm = new Hyperswarm({
      dht: new DHT({ bootstrap: dht.bootstrap, host: '127.0.0.1', firewalled: false }),
      keyPair: keys,
    })
    onTestFinished(() => swarm.destroy())
    swarm.on('connection', (connection) => {
      connection.on('error', () => undefined)
      openRpc(connection).respond('hello', () => Uint8Array.of(WIRE_VERSION + 1, 1, 2, 3))
    })
    await swarm.listen()
    const { project } = await startDonor({ projectKey: projectKeyOf(keys), bootstrap: dht.bootstrap }, 1)
    await settled(project, () => project.trouble !== undefined)
    expect(project.trouble).toContain('the side with the older Powerswarm must update it')
    expect(project.troubleCode).toBe('protocol-version')
    expect(project.state).toBe('offline')
  })
})
