import type DHT from 'hyperdht'
import Hyperswarm, { type SwarmConnection } from 'hyperswarm'
import type { KeyPair, Log, PublisherHandlers, PublisherNetwork, RemoteDonor, Timers } from '../../ports.ts'
import { openDht, type NetworkOptions } from './dht.ts'
import { publisherKeyPair } from './keys.ts'
import type { HyperPublisherCores } from './publisher-cores.ts'
import { openPublisherSession, type PublisherSession } from './publisher-session.ts'
import type { Notice } from './rpc.ts'

export interface PublisherNetworkInit extends NetworkOptions {
  /** 32 bytes; the same that the cores were opened with. */
  readonly seed: Uint8Array
  /** Peers reach this machine without hole punching. Default: true on a private DHT. */
  readonly open?: boolean
  readonly cores: HyperPublisherCores
  readonly timers: Timers
  readonly log: Log
}

/**
 * The publisher on the swarm: announced under its own key, found by it alone. Cores stay open when it closes; they
 * belong to whoever opened them.
 */
export function createPublisherNetwork(init: PublisherNetworkInit): PublisherNetwork {
  return new HyperPublisherNetwork(init)
}

class HyperPublisherNetwork implements PublisherNetwork {
  readonly #init: PublisherNetworkInit
  readonly #keys: KeyPair
  readonly #sessions = new Set<PublisherSession>()
  readonly #listeners = new Set<() => void>()
  #swarm: Hyperswarm | undefined

  constructor(init: PublisherNetworkInit) {
    this.#init = init
    this.#keys = publisherKeyPair(init.seed)
  }

  async serve(handlers: PublisherHandlers): Promise<void> {
    const dht: DHT = openDht(this.#init, { open: this.#init.open ?? this.#init.bootstrap !== undefined })
    const swarm = new Hyperswarm({ dht, keyPair: this.#keys })
    this.#swarm = swarm
    swarm.on('connection', (connection) => {
      this.#accept(connection, handlers)
    })
    await swarm.listen()
  }

  donors(): readonly RemoteDonor[] {
    return [...this.#sessions].flatMap((session) => session.donor ?? [])
  }

  notifyGranted(donorKeys: readonly string[]): void {
    const keys = new Set(donorKeys)
    this.#notify('granted', (donor) => keys.has(donor.donorKey))
  }

  notifyWork(): void {
    this.#notify('work', () => true)
  }

  onDonorsChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#swarm?.destroy()
  }

  #accept(connection: SwarmConnection, handlers: PublisherHandlers): void {
    const { cores, timers, log } = this.#init
    const changed = (): void => {
      for (const listener of this.#listeners) listener()
    }
    // Lost connections are everyday life; `close` follows and does the work.
    connection.on('error', () => undefined)
    const session = openPublisherSession({ connection, cores, handlers, timers, log, onHello: changed })
    this.#sessions.add(session)
    connection.once('close', () => {
      this.#sessions.delete(session)
      if (session.donor) changed()
    })
  }

  #notify(notice: Notice, wanted: (donor: RemoteDonor) => boolean): void {
    for (const session of this.#sessions) if (session.donor && wanted(session.donor)) session.notify(notice)
  }
}
