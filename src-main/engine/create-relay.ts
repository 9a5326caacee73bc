import { join } from 'node:path'
import type { NetworkAddress } from '../domain/link.ts'
import { startRelayServer, type RelayServer } from './adapters/hyper/relay-server.ts'
import { makePrivateDir } from './data-folder.ts'
import { readOrCreateKey } from './keys-file.ts'

export interface RelayInit {
  readonly homeDir: string
  /** DHT nodes of a private network; the public DHT without. */
  readonly bootstrap?: readonly NetworkAddress[]
  /** Address to bind to; all of them without. */
  readonly host?: string
}

/** Starts the relay of this home, which keeps its key in `relay.key`. Throws `file-unreadable`. */
export async function startRelay({ homeDir, ...network }: RelayInit): Promise<RelayServer> {
  makePrivateDir(homeDir)
  return startRelayServer({ ...network, seed: readOrCreateKey(join(homeDir, 'relay.key')) })
}
