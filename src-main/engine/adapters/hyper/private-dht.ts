import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import DHT from 'hyperdht'
import { PowerswarmError } from '../../../domain/errors.ts'
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

/** A DHT of one's own for a LAN without internet, for the demo and for tests. Rejects with `bad-argument` for a taken port. */
export async function startPrivateDht(init: PrivateDhtInit): Promise<PrivateDht> {
  const { host } = init
  if (init.port !== undefined) await checkPort(host, init.port)
  const port = init.port ?? (await boundPort(host, 0))
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

/** A node that cannot bind its port can neither be opened nor closed. */
async function checkPort(host: string, port: number): Promise<void> {
  try {
    await boundPort(host, port)
  } catch (error) {
    const message = `UDP port ${String(port)} cannot be had: another program may use it`
    throw new PowerswarmError('bad-argument', message, { cause: error })
  }
}

/** Binds a port and lets it go. 0 is any free one. */
async function boundPort(host: string, wanted: number): Promise<number> {
  const socket = createSocket('udp4')
  try {
    socket.bind(wanted, isLoopback(host) ? host : '0.0.0.0')
    await once(socket, 'listening')
    return socket.address().port
  } finally {
    socket.close()
  }
}
