import type DHT from 'hyperdht'
import Hyperswarm, { type SwarmConnection } from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'
import type { KeyPair, Log, PublisherHandlers, PublisherNetwork, RemoteDonor, Timers } from '../../ports.ts'
import { Admission, PUBLISHER_ADMISSION, type AdmissionLimits } from './admission.ts'
import { openDht, type NetworkOptions } from './dht.ts'
import { HalfOpen } from './half-open.ts'
import { limitHandshakes } from './handshake-rate.ts'
import { keepAnnounced } from './keep-announced.ts'
import { publisherKeyPair } from './keys.ts'
import type { HyperPublisherCores } from './publisher-cores.ts'
import { openPublisherSession, type PublisherSession } from './publisher-session.ts'
import { RequestLoad, type Notice } from './rpc.ts'
import { SignatureChecks } from './signature-checks.ts'
import { turnAway } from './turn-away.ts'

export interface PublisherNetworkInit extends NetworkOptions {
  /** 32 bytes; the same that the cores were opened with. */
  readonly seed: Uint8Array
  /** Peers reach this machine without hole punching. Default: true on a private DHT. */
  readonly open?: boolean
  readonly cores: HyperPublisherCores
  /** Tests set it. */
  readonly admission?: AdmissionLimits
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
  readonly #admission: Admission
  readonly #load = new RequestLoad()
  readonly #signatures: SignatureChecks
  readonly #halfOpen: HalfOpen
  /** Connections that are being told that there is no room. */
  readonly #turnedAway = new Set<SwarmConnection>()
  /** Sessions that said hello. */
  #proven = 0
  #swarm: Hyperswarm | undefined
  #stopAnnouncing: (() => void) | undefined

  constructor(init: PublisherNetworkInit) {
    this.#init = init
    this.#keys = publisherKeyPair(init.seed)
    this.#signatures = new SignatureChecks({ log: init.log })
    this.#halfOpen = new HalfOpen(init.timers)
    this.#admission = new Admission(init.admission ?? PUBLISHER_ADMISSION)
  }

  async serve(handlers: PublisherHandlers): Promise<void> {
    const dht: DHT = openDht(this.#init, {
      open: this.#init.open ?? this.#init.bootstrap !== undefined,
      keepAliveMs: LIMITS.publisherKeepAliveMs,
    })
    const swarm = new Hyperswarm({ dht, keyPair: this.#keys })
    this.#swarm = swarm
    limitHandshakes(swarm)
    this.#stopAnnouncing = keepAnnounced(swarm, this.#init.timers)
    swarm.on('connection', (connection) => {
      // Lost connections are everyday life; `close` follows and does the work.
      connection.on('error', () => undefined)
      this.#halfOpen.wait(connection, () => this.#accept(connection, handlers))
    })
    await swarm.listen()
  }

  donors(): readonly RemoteDonor[] {
    return [...this.#sessions].flatMap((session) => session.donor ?? [])
  }

  get donorsConnected(): number {
    return this.#proven
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
    this.#stopAnnouncing?.()
    await this.#swarm?.destroy()
    await this.#signatures.close()
  }

  #accept(connection: SwarmConnection, handlers: PublisherHandlers): void {
    const { cores, timers, log } = this.#init
    const changed = (): void => {
      for (const listener of this.#listeners) listener()
    }
    const place = this.#admission.admit(connection.rawStream.remoteHost)
    if (!place) {
      this.#turnAway(connection)
      return
    }
    const onHello = (): void => {
      place.prove()
      this.#proven++
      changed()
    }
    const shared = { cores, handlers, load: this.#load, signatures: this.#signatures, timers, log }
    const session = openPublisherSession({ connection, ...shared, onHello })
    this.#sessions.add(session)
    connection.once('close', () => {
      place.leave()
      this.#sessions.delete(session)
      if (!session.donor) return
      this.#proven--
      changed()
    })
  }

  /** Telling costs something, too. */
  #turnAway(connection: SwarmConnection): void {
    const { timers, log } = this.#init
    if (this.#turnedAway.size >= LIMITS.turnedAwayConnections) {
      connection.destroy()
      return
    }
    this.#turnedAway.add(connection)
    connection.once('close', () => this.#turnedAway.delete(connection))
    turnAway({ connection, load: this.#load, timers, log })
  }

  #notify(notice: Notice, wanted: (donor: RemoteDonor) => boolean): void {
    for (const session of this.#sessions) if (session.donor && wanted(session.donor)) session.notify(notice)
  }
}
