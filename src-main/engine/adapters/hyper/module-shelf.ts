import type Corestore from 'corestore'
import Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import { bytesToHex, hexToBytes, type Hex32, type ModuleHash } from '../../../domain/ids.ts'
import type { App } from '../../../domain/project.ts'
import type { Timers } from '../../ports.ts'
import type { Guard } from './guard.ts'
import { fetchModule } from './module-core.ts'

export interface ModuleShelfInit {
  readonly store: Corestore
  readonly timers: Timers
  /** Everybody who may have a module: the publisher and the other donors. Kept up to date by the owner. */
  readonly peers: ReadonlyMap<SwarmConnection, Guard>
  /** Ends running fetches. */
  readonly signal: AbortSignal
  moduleHash(bytes: Uint8Array): ModuleHash
}

/** The modules of one project: fetched from any peer, offered to every peer that asks. */
export class ModuleShelf {
  readonly #init: ModuleShelfInit
  /** Keys of module cores by discovery key, both in hexadecimal: what may be offered. */
  readonly #known = new Map<string, Hex32>()
  readonly #open = new Map<Hex32, Hypercore>()
  readonly #fetches = new Map<Hex32, Promise<Uint8Array>>()

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
    for (const key of this.#fetches.keys()) this.#core(key).replicate(connection)
  }

  /** See {@link fetchModule}. Fetches of one module at the same time are one. */
  fetch(app: App): Promise<Uint8Array> {
    const running = this.#fetches.get(app.moduleCore)
    if (running) return running
    this.learn(app)
    const fetched = this.#fetch(app).finally(() => this.#fetches.delete(app.moduleCore))
    this.#fetches.set(app.moduleCore, fetched)
    return fetched
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#fetches.values())
    for (const core of this.#open.values()) await core.close()
  }

  async #fetch(app: App): Promise<Uint8Array> {
    const { peers, timers, signal } = this.#init
    const core = this.#core(app.moduleCore)
    for (const connection of peers.keys()) core.replicate(connection)
    return fetchModule({
      core,
      app,
      timers,
      signal,
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
    return core
  }
}
