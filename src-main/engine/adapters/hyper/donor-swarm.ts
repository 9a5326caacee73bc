import Hyperswarm, { type SwarmConnection } from 'hyperswarm'
import { bytesToHex, hexToBytes, type Hex32, type ProjectKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { UnixMs } from '../../../domain/units.ts'
import type { KeyPair, Log, NetworkBytes, Timers } from '../../ports.ts'
import { openDht, type NetworkOptions } from './dht.ts'
import { guardConnection, SEEDER, type Guard } from './guard.ts'
import { HalfOpen } from './half-open.ts'
import { limitHandshakes } from './handshake-rate.ts'
import { keepAnnounced } from './keep-announced.ts'
import { meshTopic } from './keys.ts'
import { offerCores } from './offer-cores.ts'
import type { HyperProjectConnection } from './project-connection.ts'
import { Relays } from './relays.ts'
import type { SeederFault } from './seeder-watch.ts'
import { Shunned } from './shunned.ts'

export interface DonorSwarmInit extends NetworkOptions {
  readonly deviceKeys: KeyPair
  readonly timers: Timers
  readonly log: Log
  /** This machine's wall clock. */
  now(): UnixMs
}

/** Why a peer is not met again for a while. */
type Fault = SeederFault | 'no-project'

/** This machine on one network: one DHT node for all projects that name it, and the connections between them. */
export class DonorSwarm {
  readonly #init: DonorSwarmInit
  readonly #swarm: Hyperswarm
  readonly #projects = new Map<ProjectKey, HyperProjectConnection>()
  readonly #guards = new Map<SwarmConnection, Guard>()
  readonly #relays = new Relays()
  readonly #shunned: Shunned
  readonly #halfOpen: HalfOpen
  readonly #stopAnnouncing: () => void
  #mesh = true

  constructor(init: DonorSwarmInit) {
    this.#init = init
    this.#halfOpen = new HalfOpen(init.timers)
    this.#shunned = new Shunned(() => init.now())
    this.#swarm = new Hyperswarm({
      dht: openDht(init, { open: false, keepAliveMs: LIMITS.donorKeepAliveMs }),
      keyPair: init.deviceKeys,
      relayThrough: (force) => (force || this.#swarm.dht.randomized ? this.#relays.choice() : null),
    })
    limitHandshakes(this.#swarm)
    this.#stopAnnouncing = keepAnnounced(this.#swarm, init.timers)
    this.#swarm.on('connection', (connection) => {
      // Lost connections are everyday life; `close` follows and does the work.
      connection.on('error', () => undefined)
      this.#halfOpen.wait(connection, () => this.#accept(connection))
    })
  }

  get projects(): readonly HyperProjectConnection[] {
    return [...this.#projects.values()]
  }

  /** Joins the project's mesh and lets it have the connections that are open already. */
  add(project: HyperProjectConnection, relay: Hex32 | undefined): void {
    this.#projects.set(project.projectKey, project)
    if (relay !== undefined) this.#relays.add(project.projectKey, relay)
    this.#fitPeers()
    if (this.#mesh) this.#meet(project.projectKey)
    for (const [connection, guard] of this.#guards) this.#attach(connection, guard, project)
  }

  /** Since it was opened. The DHT's own messages are counted only when they come in: a few hundred bytes each. */
  get bytes(): NetworkBytes {
    const { bytesReceived, bytesTransmitted } = this.#swarm.dht.udx
    return { received: bytesReceived, sent: bytesTransmitted }
  }

  /** Without the mesh there are only publishers. */
  async setMesh(on: boolean): Promise<void> {
    if (on === this.#mesh) return
    this.#mesh = on
    for (const { projectKey } of this.projects)
      if (on) this.#meet(projectKey)
      else await this.#swarm.leave(meshTopic(projectKey))
    if (this.#mesh) return
    for (const connection of this.#guards.keys()) if (!this.#isPublisher(connection)) connection.destroy()
  }

  dial(projectKey: ProjectKey): void {
    this.#swarm.joinPeer(hexToBytes(projectKey))
  }

  undial(projectKey: ProjectKey): void {
    this.#swarm.leavePeer(hexToBytes(projectKey))
  }

  async remove(projectKey: ProjectKey): Promise<void> {
    this.#projects.delete(projectKey)
    this.#relays.remove(projectKey)
    this.#swarm.leavePeer(hexToBytes(projectKey))
    for (const connection of this.#guards.keys()) if (keyOf(connection) === projectKey) connection.destroy()
    await this.#swarm.leave(meshTopic(projectKey))
    this.#fitPeers()
  }

  /** Closes the connection and does not meet this peer again for a while; one that lies, not in this process. */
  shun(connection: SwarmConnection, fault: Fault): void {
    this.#init.log('warn', 'peer dropped', { why: fault })
    this.#shunned.add(keyOf(connection), fault === 'wrong-blocks' ? Infinity : LIMITS.seederRestMs)
    connection.destroy()
  }

  suspend(): Promise<void> {
    return this.#swarm.suspend()
  }
  resume(): Promise<void> {
    return this.#swarm.resume()
  }
  close(): Promise<void> {
    this.#stopAnnouncing()
    return this.#swarm.destroy()
  }

  #accept(connection: SwarmConnection): void {
    const { timers, log } = this.#init
    const isPublisher = this.#isPublisher(connection)
    if (!isPublisher && (!this.#mesh || this.#isFull() || this.#shunned.has(keyOf(connection)))) {
      connection.destroy()
      return
    }
    const guard = guardConnection({ connection, trusted: SEEDER, timers, log })
    if (isPublisher) guard.trust()
    this.#guards.set(connection, guard)
    const cancel = timers.after(LIMITS.meshProofMs, () => {
      this.#checkProof(connection)
    })
    connection.once('close', () => {
      cancel()
      this.#guards.delete(connection)
    })
    offerCores(connection, (discoveryKey) => {
      for (const project of this.#projects.values()) {
        const core = project.offered(discoveryKey)
        if (core) return core
      }
      return undefined
    })
    for (const project of this.#projects.values()) this.#attach(connection, guard, project)
  }

  /** A publisher's connection is for its own project alone; any other may be a donor of each project. */
  #attach(connection: SwarmConnection, guard: Guard, project: HyperProjectConnection): void {
    const key = keyOf(connection)
    if (key === project.projectKey || !this.#projects.has(key)) project.attach(connection, guard)
  }

  #meet(projectKey: ProjectKey): void {
    this.#swarm.join(meshTopic(projectKey), { client: true, server: true })
  }

  #isPublisher(connection: SwarmConnection): boolean {
    return this.#projects.has(keyOf(connection))
  }

  #isFull(): boolean {
    return this.#guards.size >= this.#projects.size + 2 * LIMITS.meshPeers
  }

  /** Everybody can find the mesh by its topic; only who knows a project's key keeps a place there. */
  #checkProof(connection: SwarmConnection): void {
    if (this.#isPublisher(connection)) return
    if (!this.projects.some((project) => project.isKnownTo(connection))) this.shun(connection, 'no-project')
  }

  /** Hyperswarm counts connections 2, 3 or 4 times when 1, 2–3 or more peers were joined by key. */
  #fitPeers(): void {
    const publishers = this.#projects.size
    const factor = publishers <= 1 ? 2 : publishers <= 3 ? 3 : 4
    this.#swarm.maxPeers = factor * (LIMITS.meshPeers + publishers)
  }
}

function keyOf(connection: SwarmConnection): ProjectKey {
  return bytesToHex(connection.remotePublicKey) as ProjectKey
}
