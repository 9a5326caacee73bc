import DHT from 'hyperdht'
import type { SwarmConnection } from 'hyperswarm'
import { WIRE_VERSION } from '../../../src-main/contracts/wire/codec.ts'
import { encodeHello } from '../../../src-main/contracts/wire/hello.ts'
import { bytesToHex, hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import type { NetworkAddress } from '../../../src-main/domain/link.ts'
import {
  deviceKeyPair,
  donorKeyOf,
  donorKeyPair,
  meshTopic,
} from '../../../src-main/engine/adapters/hyper/keys.ts'
import { signHello } from '../../../src-main/engine/adapters/hyper/signatures.ts'
import type { KeyPair } from '../../../src-main/engine/ports.ts'

/** Peers that connect and do nothing by themselves: what floods and honest probes are made of. */

/** The part of a DHT node that ordinary code has no use for. */
interface RawDht {
  connect(publicKey: Uint8Array, options: { keyPair: KeyPair }): SwarmConnection
  lookup(topic: Uint8Array): AsyncIterable<{ readonly peers: readonly { readonly publicKey: Uint8Array }[] }>
  createRawStream(options: unknown): { connect(): unknown; _writev(batch: unknown, done: () => void): void }
}

/** One DHT node; any number of connections under keys of their own. */
export interface RawNode {
  /** Resolves when the connection is open; rejects when it closes first. `number` makes the key. */
  connect(publicKey: Uint8Array, number: number): Promise<SwarmConnection>
  /** Shakes hands and never sends a byte on the connection that follows. */
  beginHandshake(publicKey: Uint8Array, number: number): void
  /** Keys of those that announce themselves on the project's mesh. */
  meshOf(projectKey: ProjectKey): Promise<readonly Uint8Array[]>
  close(): Promise<void>
}

export function openRawNode(bootstrap: readonly NetworkAddress[], host = '127.0.0.1'): RawNode {
  const dht = new DHT({ bootstrap, host })
  const raw = dht as unknown as RawDht
  const createRawStream = raw.createRawStream.bind(dht)
  return {
    async connect(publicKey, number) {
      const connection = raw.connect(publicKey, { keyPair: keyPairOf(number) })
      await new Promise<void>((resolve, reject) => {
        connection.on('error', reject)
        connection.once('close', reject)
        connection.once('open', resolve)
      })
      return connection
    },
    beginHandshake(publicKey, number) {
      raw.createRawStream = (options) => {
        const stream = createRawStream(options)
        stream.connect = () => stream
        stream._writev = () => undefined
        return stream
      }
      const connection = raw.connect(publicKey, { keyPair: keyPairOf(number) })
      connection.on('error', () => undefined)
      raw.createRawStream = createRawStream
    },
    async meshOf(projectKey) {
      const keys = new Map<string, Uint8Array>()
      for await (const { peers } of raw.lookup(meshTopic(projectKey)))
        for (const { publicKey } of peers) keys.set(bytesToHex(publicKey), publicKey)
      return [...keys.values()]
    },
    close: () => dht.destroy({ force: true }),
  }
}

/** An honest hello of a donor that nobody knows yet. */
export function helloBytes(connection: SwarmConnection, projectKey: ProjectKey, number: number): Uint8Array {
  const keys = donorKeyPair(seed(number), projectKey)
  const deviceKey = hex32(bytesToHex(connection.publicKey))
  const binding = { projectKey, handshakeHash: connection.handshakeHash, deviceKey }
  return encodeHello({
    version: WIRE_VERSION,
    donorKey: donorKeyOf(keys),
    signature: signHello(binding, keys.secretKey),
  })
}

function keyPairOf(number: number): KeyPair {
  return deviceKeyPair(seed(number))
}

function seed(number: number): Uint8Array {
  const bytes = new Uint8Array(32).fill(77)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}
