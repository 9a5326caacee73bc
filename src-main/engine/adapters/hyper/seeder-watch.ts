import type Hypercore from 'hypercore'
import type { CorePeer } from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'
import type { Timers } from '../../ports.ts'

/**
 * What a seeder did. `wrong-blocks`: they do not fit the proof, which no honest program sends. `too-slow`: it was asked,
 * and neither answered nor kept up the slowest uplink; it may only be unlucky.
 */
export type SeederFault = 'wrong-blocks' | 'too-slow'

export interface SeederWatchInit {
  readonly timers: Timers
  onFault(connection: SwarmConnection, fault: SeederFault): void
}

interface Look {
  readonly answers: number
  readonly bytes: number
}

/** An answer shorter than this in `seederStallMs` is no progress. */
const LEAST_BYTES = (LIMITS.uplinkBytesPerSecond * LIMITS.seederStallMs) / 1000

/**
 * Watches those who deliver the blocks of cores. Hypercore checks every block, and asks somebody else for it when there
 * is somebody else; it neither parts with a liar nor with one that says nothing, and both would keep a place on the mesh.
 */
export class SeederWatch {
  readonly #init: SeederWatchInit
  readonly #cores = new Set<Hypercore>()
  readonly #looks = new WeakMap<CorePeer, Look>()
  readonly #suspects = new Map<SwarmConnection, () => void>()
  readonly #stop: () => void

  constructor(init: SeederWatchInit) {
    this.#init = init
    this.#stop = init.timers.every(LIMITS.seederStallMs, () => {
      this.#look()
    })
  }

  /** `mayFork`: somebody signs the core, and blocks that do not fit may be those of another signed story. */
  watch(core: Hypercore, { mayFork = false } = {}): void {
    this.#cores.add(core)
    core.on('close', () => this.#cores.delete(core))
    core.on('verification-error', (_error, _request, _response, from) => {
      const connection = from.stream as SwarmConnection
      if (mayFork) this.#suspect(core, connection)
      else this.#init.onFault(connection, 'wrong-blocks')
    })
  }

  close(): void {
    this.#stop()
    this.#cores.clear()
    for (const cancel of this.#suspects.values()) cancel()
    this.#suspects.clear()
  }

  /**
   * Hypercore has just asked this peer for the signature over its story. If that holds, the publisher signed two, the
   * core closes, and the peer only passed on what it was given.
   */
  #suspect(core: Hypercore, connection: SwarmConnection): void {
    if (this.#suspects.has(connection)) return
    const cancel = this.#init.timers.after(LIMITS.forkProofMs, () => {
      this.#suspects.delete(connection)
      if (!core.closing) this.#init.onFault(connection, 'wrong-blocks')
    })
    this.#suspects.set(connection, cancel)
  }

  #look(): void {
    for (const core of this.#cores) for (const peer of [...core.peers]) this.#lookAt(peer)
  }

  #lookAt(peer: CorePeer): void {
    const before = this.#looks.get(peer)
    if (peer.inflight === 0) {
      this.#looks.delete(peer)
      return
    }
    const connection = peer.stream as SwarmConnection
    const now = { answers: peer.stats.wireData.rx, bytes: connection.rawStream.bytesReceived }
    this.#looks.set(peer, now)
    if (before?.answers === now.answers && now.bytes - before.bytes < LEAST_BYTES)
      this.#init.onFault(connection, 'too-slow')
  }
}
