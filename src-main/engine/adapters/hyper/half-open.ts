import type { SwarmConnection } from 'hyperswarm'
import { LIMITS } from '../../../domain/limits.ts'
import type { Timers } from '../../ports.ts'

/**
 * Connections that were announced to us by a handshake and on which nothing has come yet. One packet from any address,
 * even a false one, makes such a connection, so they must cost nothing and must not take a place from a real one. Of too
 * many the oldest are closed: an honest peer's first packet follows within a round trip.
 */
export class HalfOpen {
  readonly #timers: Timers
  readonly #waiting = new Set<SwarmConnection>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Calls `onReal` when the first packet comes; closes the connection when none does in time. */
  wait(connection: SwarmConnection, onReal: () => void): void {
    const { rawStream } = connection
    // Those that we dialled have answered already.
    if (connection.isInitiator || rawStream.bytesReceived > 0) {
      onReal()
      return
    }
    const cancel = this.#timers.after(LIMITS.halfOpenMs, () => connection.destroy())
    const end = (): void => {
      cancel()
      this.#waiting.delete(connection)
      rawStream.off('data', real)
    }
    const real = (): void => {
      end()
      connection.off('close', end)
      onReal()
    }
    rawStream.on('data', real)
    connection.once('close', end)
    this.#waiting.add(connection)
    if (this.#waiting.size <= LIMITS.halfOpenConnections) return
    const [oldest] = this.#waiting
    oldest?.destroy()
  }
}
