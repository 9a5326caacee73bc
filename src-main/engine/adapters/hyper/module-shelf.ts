import type Corestore from 'corestore'
import Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import { bytesToHex, hexToBytes, type Hex32, type ModuleHash } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { App } from '../../../domain/project.ts'
import type { Timers } from '../../ports.ts'
import type { Guard } from './guard.ts'
import { fetchModule } from './module-core.ts'
import type { SeederWatch } from './seeder-watch.ts'

export interface ModuleShelfInit {
  readonly store: Corestore
  readonly timers: Timers
  /** Everybody who may have a module: the publisher and the other donors. Kept up to date by the owner. */
  readonly peers: ReadonlyMap<SwarmConnection, Guard>
  /** Ends running fetches. */
  readonly signal: AbortSignal
  readonly watch: SeederWatch
  isPublisher(connection: SwarmConnection): boolean
  moduleHash(bytes: Uint8Array): ModuleHash
}

/** A fetch under way. */
interface Fetch {
  readonly module: Promise<Uint8Array>
  /** Other donors could have brought it all; from now on the publisher is asked, too. */
  readonly publisherToo: boolean
}

/**
 * The modules of one project: fetched from any peer, offered to every peer that asks. A small module comes from whoever
 * is there. For a large one the publisher is spared while other donors deliver.
 */
export class ModuleShelf {
  readonly #init: ModuleShelfInit
  /** Keys of module cores by discovery key, both in hexadecimal: what may be offered. */
  readonly #known = new Map<string, Hex32>()
  readonly #open = new Map<Hex32, Hypercore>()
  readonly #fetches = new Map<Hex32, Fetch>()

  constructor(init: ModuleShelfInit) {
    this.#init = init
  }

  /** From now on this module is offered, as far as it is on disk. */
  learn(app: App): void {
    this.#known.set(bytesToHex(Hypercore.discoveryKey(hexToBytes(app.moduleCore))), app.moduleCore)
  }

  offered(discoveryKey: Uint8Array): Hypercore | undefined {
    const key = this.#known.get(bytesToHex(discoveryKey))
    return key === undefined || this.#init.signal.aborted ? undefined : this.#core(key)
  }

  /** A new peer may have what is being fetched. */
  attach(connection: SwarmConnection): void {
    for (const [key, { publisherToo }] of this.#fetches)
      if (publisherToo || !this.#init.isPublisher(connection)) this.#core(key).replicate(connection)
  }

  /** See {@link fetchModule}. Fetches of one module at the same time are one. */
  fetch(app: App): Promise<Uint8Array> {
    const running = this.#fetches.get(app.moduleCore)
    if (running) return running.module
    this.learn(app)
    let publisherToo = app.moduleBytes <= LIMITS.moduleChunkBytes
    const core = this.#core(app.moduleCore)
    const askPublisher = (): void => {
      publisherToo = true
      for (const connection of this.#init.peers.keys())
        if (this.#init.isPublisher(connection)) core.replicate(connection)
    }
    const module = this.#fetch(core, app, askPublisher).finally(() => this.#fetches.delete(app.moduleCore))
    this.#fetches.set(app.moduleCore, {
      module,
      get publisherToo() {
        return publisherToo
      },
    })
    for (const connection of this.#init.peers.keys()) this.attach(connection)
    return module
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#fetches.values()].map(({ module }) => module))
    for (const core of this.#open.values()) await core.close()
  }

  #fetch(core: Hypercore, app: App, onWaiting: () => void): Promise<Uint8Array> {
    const { peers, timers, signal } = this.#init
    return fetchModule({
      core,
      app,
      timers,
      signal,
      onWaiting,
      received: () => {
        let bytes = 0
        for (const connection of peers.keys()) bytes += connection.rawStream.bytesReceived
        return bytes
      },
      moduleHash: (bytes) => this.#init.moduleHash(bytes),
      expect: (bytes) => {
        for (const guard of peers.values()) guard.expect(bytes)
      },
    })
  }

  #core(key: Hex32): Hypercore {
    const open = this.#open.get(key)
    if (open) return open
    const core = this.#init.store.get({ key: hexToBytes(key), writable: false })
    this.#open.set(key, core)
    this.#init.watch.watch(core)
    return core
  }
}
