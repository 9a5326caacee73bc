import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import DHT from 'hyperdht'
import type { NetworkAddress } from '../../../domain/link.ts'
import { isLoopback } from './dht.ts'

export interface PrivateDhtInit {
  /** IPv4 address of this machine under which the others reach it. */
  readonly host: string
  /** UDP port of the first node; without it a free one. The other nodes take free ones. */
  readonly port?: number
  /** Nodes in all, the first included: fewer than 4 do not make a working DHT. */
  readonly nodes: number
}

export interface PrivateDht {
  readonly bootstrap: readonly NetworkAddress[]
  close(): Promise<void>
}

/** A DHT of one's own for a LAN without internet, for the demo and for tests. */
export async function startPrivateDht(init: PrivateDhtInit): Promise<PrivateDht> {
  const { host } = init
  const port = init.port ?? (await freePort(host))
  const bind = isLoopback(host) ? host : '0.0.0.0'
  const nodes = [DHT.bootstrapper(port, host, { host: bind })]
  const close = async (): Promise<void> => {
    for (const node of nodes.reverse()) await node.destroy()
  }
  try {
    const bootstrap = [{ host, port }]
    await nodes[0]?.fullyBootstrapped()
    while (nodes.length < Math.max(4, init.nodes)) {
      const node = new DHT({ bootstrap, host: bind, ephemeral: false, firewalled: false })
      nodes.push(node)
      await node.fullyBootstrapped()
    }
    return { bootstrap, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function freePort(host: string): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, isLoopback(host) ? host : '0.0.0.0')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
