import type Corestore from 'corestore'
import type { ModuleHash } from '../../../domain/ids.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { Link } from '../../../domain/link.ts'
import type { DonorNetwork, KeyPair, Log, ProjectConnection, Timers } from '../../ports.ts'
import { openCoreStore } from './core-store.ts'
import { networkName, type NetworkOptions } from './dht.ts'
import { DonorSwarm } from './donor-swarm.ts'
import { deviceKeyPair } from './keys.ts'
import { HyperProjectConnection } from './project-connection.ts'

export interface DonorNetworkInit {
  /** Folder of the core store; made when missing. */
  readonly coresDir: string
  /** 32 bytes: this machine's Noise identity. */
  readonly deviceSeed: Uint8Array
  readonly timers: Timers
  readonly log: Log
  moduleHash(bytes: Uint8Array): ModuleHash
  /** Spreads redials; `Math.random` unless a test says otherwise. */
  readonly random?: () => number
  /** This machine's wall clock; `Date.now` unless a test says otherwise. */
  readonly now?: () => UnixMs
}

/** The store is opened by the first `join`, which throws `data-folder-in-use` when another process has it. */
export function createDonorNetwork(init: DonorNetworkInit): DonorNetwork {
  return new HyperDonorNetwork(init)
}

class HyperDonorNetwork implements DonorNetwork {
  readonly #init: DonorNetworkInit
  readonly #deviceKeys: KeyPair
  readonly #swarms = new Map<string, DonorSwarm>()
  #store: Promise<Corestore> | undefined
  #suspended = false

  constructor(init: DonorNetworkInit) {
    this.#init = init
    this.#deviceKeys = deviceKeyPair(init.deviceSeed)
  }

  /** Joining a project twice gives the same connection. */
  async join(link: Link, donorKeys: KeyPair): Promise<ProjectConnection> {
    const store = await this.#openStore()
    const joined = this.#projects().find((project) => project.projectKey === link.projectKey)
    if (joined) return joined
    const swarm = this.#swarmOf(link.bootstrap ? { bootstrap: link.bootstrap } : {})
    const { timers, log, random = Math.random, now = Date.now } = this.#init
    const { projectKey } = link
    const project = new HyperProjectConnection({
      projectKey,
      donorKeys,
      store,
      timers,
      log,
      random,
      now,
      moduleHash: (bytes) => this.#init.moduleHash(bytes),
      dial: () => {
        swarm.dial(projectKey)
      },
      onFault: (connection, fault) => {
        swarm.shun(connection, fault)
      },
      onLeave: async () => {
        await swarm.remove(projectKey)
        if (swarm.projects.length === 0) await this.#closeSwarm(swarm)
      },
    })
    swarm.add(project, link.relay)
    if (this.#suspended) await swarm.suspend()
    else project.start()
    return project
  }

  async suspend(): Promise<void> {
    this.#suspended = true
    for (const project of this.#projects()) project.pause()
    await Promise.all([...this.#swarms.values()].map((swarm) => swarm.suspend()))
    await (await this.#store)?.suspend()
  }

  async resume(): Promise<void> {
    this.#suspended = false
    await (await this.#store)?.resume()
    await Promise.all([...this.#swarms.values()].map((swarm) => swarm.resume()))
    for (const project of this.#projects()) project.start()
  }

  async close(): Promise<void> {
    for (const project of this.#projects()) await project.leave()
    await (await this.#store)?.close()
  }

  async #openStore(): Promise<Corestore> {
    const opening = (this.#store ??= openCoreStore(this.#init.coresDir))
    try {
      return await opening
    } catch (error) {
      // The next join tries again: the other process may be gone by then.
      this.#store = undefined
      throw error
    }
  }

  /** Without a project there is no reason to be on that network. */
  async #closeSwarm(swarm: DonorSwarm): Promise<void> {
    for (const [name, open] of this.#swarms) if (open === swarm) this.#swarms.delete(name)
    await swarm.close()
  }

  #projects(): readonly HyperProjectConnection[] {
    return [...this.#swarms.values()].flatMap((swarm) => swarm.projects)
  }

  #swarmOf(options: NetworkOptions): DonorSwarm {
    const name = networkName(options)
    const open = this.#swarms.get(name)
    if (open) return open
    const { timers, log, now = Date.now } = this.#init
    const swarm = new DonorSwarm({ ...options, deviceKeys: this.#deviceKeys, timers, log, now })
    this.#swarms.set(name, swarm)
    return swarm
  }
}
