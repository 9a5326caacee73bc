import DHT from 'hyperdht'
import type { NetworkAddress } from '../../../domain/link.ts'

/** Which DHT to be on. */
export interface NetworkOptions {
  /** Nodes to start from; without them the public DHT. */
  readonly bootstrap?: readonly NetworkAddress[]
  /** Address to bind to. Default: loopback when all bootstrap nodes are there, else every address. */
  readonly host?: string
}

export interface DhtInit {
  /**
   * This node can be reached without hole punching, which a private DHT needs of its publisher, or connections open and
   * no byte flows.
   */
  readonly open: boolean
  /** How often idle connections send something; every 5 s without. */
  readonly keepAliveMs?: number
}

/** Opens a DHT node. */
export function openDht({ bootstrap, host }: NetworkOptions, { open, keepAliveMs }: DhtInit): DHT {
  const own = {
    ...(open ? { firewalled: false } : {}),
    ...(keepAliveMs === undefined ? {} : { connectionKeepAlive: keepAliveMs }),
  }
  if (!bootstrap) return new DHT({ ...(host === undefined ? {} : { host }), ...own })
  const nodes = bootstrap.map((node) => ({ ...node, host: numeric(node.host) }))
  const bind = host ?? (nodes.every((node) => isLoopback(node.host)) ? '127.0.0.1' : undefined)
  return new DHT({
    bootstrap: nodes,
    ...(bind === undefined ? {} : { host: bind }),
    ...own,
  })
}

/** Networks with equal names share one DHT node. */
export function networkName({ bootstrap }: NetworkOptions): string {
  return bootstrap ? bootstrap.map(({ host, port }) => `${host}:${String(port)}`).join(',') : 'public'
}

export function isLoopback(host: string): boolean {
  return host.startsWith('127.')
}

/** The DHT takes addresses, not names, for nodes on this machine. */
function numeric(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host
}
