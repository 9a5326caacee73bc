import type Corestore from 'corestore'
import { errorCode } from '../../../domain/errors.ts'
import { hexToBytes, type ModuleHash, type ProjectKey } from '../../../domain/ids.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { Link } from '../../../domain/link.ts'
import type { DonorNetwork, KeyPair, Log, NetworkBytes, ProjectConnection, Timers } from '../../ports.ts'
import { openCoreStore, setAsideStore } from './core-store.ts'
import { networkName, type NetworkOptions } from './dht.ts'
import { DonorSwarm } from './donor-swarm.ts'
import { deviceKeyPair, projectCoreKey } from './keys.ts'
import { HyperProjectConnection } from './project-connection.ts'
import { exportReceipt, findLedger } from './receipt-export.ts'

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
  #mesh = true
  /** Left, and counted until {@link #past} has what they took: nothing is to be missing in between, or to count twice. */
  readonly #closing = new Set<DonorSwarm>()
  /** Of networks that were left. */
  #past: NetworkBytes = { received: 0, sent: 0 }

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
      undial: () => {
        swarm.undial(projectKey)
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

  async receipt(projectKey: ProjectKey, epoch: number, index: number): Promise<Uint8Array> {
    const store = await this.#openStore()
    const project = store.get({ key: projectCoreKey(projectKey), writable: false })
    try {
      const announced = await findLedger(projectKey, project, epoch)
      const ledger = store.get({ key: hexToBytes(announced.key), writable: false })
      try {
        return await exportReceipt(announced, ledger, index)
      } finally {
        await ledger.close()
      }
    } finally {
      await project.close()
    }
  }

  get bytes(): NetworkBytes {
    const swarms = [...this.#swarms.values(), ...this.#closing]
    return swarms.reduce((sum, swarm) => added(sum, swarm.bytes), this.#past)
  }

  async setMesh(on: boolean): Promise<void> {
    if (on === this.#mesh) return
    this.#mesh = on
    await Promise.all([...this.#swarms.values()].map((swarm) => swarm.setMesh(on)))
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
    const opening = (this.#store ??= this.#openOrReplaceStore())
    try {
      return await opening
    } catch (error) {
      // The next join tries again: the other process may be gone by then.
      this.#store = undefined
      throw error
    }
  }

  /** Everything in a donor's store can be fetched again. */
  async #openOrReplaceStore(): Promise<Corestore> {
    const { coresDir, log } = this.#init
    try {
      return await openCoreStore(coresDir)
    } catch (error) {
      if (errorCode(error) !== 'store-damaged') throw error
      log('error', 'cores-set-aside', { aside: setAsideStore(coresDir), why: String((error as Error).cause) })
      return openCoreStore(coresDir)
    }
  }

  /** Without a project there is no reason to be on that network. */
  async #closeSwarm(swarm: DonorSwarm): Promise<void> {
    for (const [name, open] of this.#swarms) if (open === swarm) this.#swarms.delete(name)
    this.#closing.add(swarm)
    try {
      await swarm.close()
    } finally {
      this.#past = added(this.#past, swarm.bytes)
      this.#closing.delete(swarm)
    }
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
    void swarm.setMesh(this.#mesh)
    return swarm
  }
}

function added(a: NetworkBytes, b: NetworkBytes): NetworkBytes {
  return { received: a.received + b.received, sent: a.sent + b.sent }
}
