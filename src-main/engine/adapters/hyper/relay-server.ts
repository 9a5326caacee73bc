import { Server } from 'blind-relay'
import { keyPair } from 'hypercore-crypto'
import { bytesToHex, type Hex32 } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { NetworkOptions } from './dht.ts'
import { openDht } from './dht.ts'

export interface RelayServerInit extends NetworkOptions {
  /** 32 bytes: the relay's identity. Links name its key, so it has to stay. */
  readonly seed: Uint8Array
}

export interface RelayServer {
  /** 32-byte public key, as links carry it. */
  readonly key: Hex32
  close(): Promise<void>
}

/**
 * Carries the bytes between two peers that cannot reach each other, without being able to read them. It must be reachable
 * itself, so it belongs on a machine with an open UDP port. Whoever has the key may use it.
 */
export async function startRelayServer({ seed, ...network }: RelayServerInit): Promise<RelayServer> {
  const dht = openDht(network, { open: true })
  const relay = new Server({ createStream: (options) => dht.createRawStream({ ...options, framed: true }) })
  const keys = keyPair(seed)
  let open = 0
  const server = dht.createServer({ shareLocalAddress: false }, (connection) => {
    // Peers come and go; `close` follows and does the work.
    connection.on('error', () => undefined)
    if (open >= LIMITS.relayConnections) {
      connection.destroy()
      return
    }
    open++
    connection.once('close', () => open--)
    relay.accept(connection, { id: connection.remotePublicKey }).on('error', () => undefined)
  })
  try {
    await server.listen(keys)
  } catch (error) {
    await dht.destroy()
    throw error
  }
  return {
    key: bytesToHex(keys.publicKey) as Hex32,
    close: async () => {
      await relay.close()
      await dht.destroy()
    },
  }
}
