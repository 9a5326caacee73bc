import DHT from 'hyperdht'
import Hyperswarm, { type SwarmConnection } from 'hyperswarm'
import { onTestFinished } from 'vitest'
import { WIRE_VERSION } from '../../src-main/contracts/wire/codec.ts'
import { encodeHello } from '../../src-main/contracts/wire/hello.ts'
import { bytesToHex, hex32, hexToBytes, type ProjectKey } from '../../src-main/domain/ids.ts'
import type { Link } from '../../src-main/domain/link.ts'
import { deviceKeyPair, donorKeyOf, donorKeyPair } from '../../src-main/engine/adapters/hyper/keys.ts'
import { openRpc, type Rpc } from '../../src-main/engine/adapters/hyper/rpc.ts'
import { signHello } from '../../src-main/engine/adapters/hyper/signatures.ts'

export const device = deviceKeyPair(new Uint8Array(32).fill(1))
const masterKey = new Uint8Array(32).fill(2)

export interface Stranger {
  readonly connection: SwarmConnection
  readonly rpc: Rpc
  /** The bytes of an honest hello on this connection, with changes. */
  hello(change?: { readonly projectKey?: ProjectKey; readonly handshakeHash?: Uint8Array }): Uint8Array
}

/** A peer that speaks the protocol by hand. */
export async function stranger(link: Link): Promise<Stranger> {
  const swarm = new Hyperswarm({
    dht: new DHT({ bootstrap: link.bootstrap ?? [], host: '127.0.0.1' }),
    keyPair: device,
  })
  onTestFinished(() => swarm.destroy())
  const connection = await new Promise<SwarmConnection>((resolve) => {
    swarm.on('connection', (opened) => {
      opened.on('error', () => undefined)
      resolve(opened)
    })
    swarm.joinPeer(hexToBytes(link.projectKey))
  })
  const keys = donorKeyPair(masterKey, link.projectKey)
  return {
    connection,
    rpc: openRpc(connection),
    hello: (change) =>
      encodeHello({
        version: WIRE_VERSION,
        donorKey: donorKeyOf(keys),
        signature: signHello(
          {
            projectKey: link.projectKey,
            handshakeHash: connection.handshakeHash,
            deviceKey: hex32(bytesToHex(device.publicKey)),
            ...change,
          },
          keys.secretKey,
        ),
      }),
  }
}
