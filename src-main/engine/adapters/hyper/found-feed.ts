import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import { parseFoundRecord } from '../../../contracts/wire/found-record.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { bytesToHex, hexToBytes } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { FoundResult, ResultsAnnouncement } from '../../../domain/project.ts'
import type { Log } from '../../ports.ts'
import type { SeederWatch } from './seeder-watch.ts'

export interface FoundFeedInit {
  readonly store: Corestore
  readonly log: Log
  /** Those who may have it. */
  readonly peers: ReadonlyMap<SwarmConnection, unknown>
  readonly watch: SeederWatch
  /** {@link FoundFeed.found} changed. */
  changed(): void
}

/**
 * What a project publishes of its results: the newest blocks of a core, from any peer and for every peer that asks. Of a
 * core that breaks its rules no more is read; it is only there to be looked at.
 */
export class FoundFeed {
  readonly #init: FoundFeedInit
  #open: { readonly epoch: number; readonly core: Hypercore; readonly stop: () => void } | undefined
  #found: readonly FoundResult[] = []

  constructor(init: FoundFeedInit) {
    this.#init = init
  }

  /** The latest of them, oldest first, `LIMITS.foundShown` at most. */
  get found(): readonly FoundResult[] {
    return this.#found
  }

  /** A core was announced; a later one takes the place of the one before. */
  learn({ epoch, key }: ResultsAnnouncement): void {
    if (this.#open && this.#open.epoch >= epoch) return
    const closed = this.#open
    const core = this.#init.store.get({ key: hexToBytes(key), writable: false })
    this.#open = { epoch, core, stop: this.#follow(core) }
    this.#init.watch.watch(core, { mayFork: true })
    for (const connection of this.#init.peers.keys()) core.replicate(connection)
    if (closed) void end(closed)
  }

  attach(connection: SwarmConnection): void {
    this.#open?.core.replicate(connection)
  }

  offered(discoveryKey: Uint8Array): Hypercore | undefined {
    const core = this.#open?.core
    if (!core?.opened || bytesToHex(core.discoveryKey) !== bytesToHex(discoveryKey)) return undefined
    return core
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    if (open) await end(open)
  }

  #follow(core: Hypercore): () => void {
    let stopped = false
    const isStopped = (): boolean => stopped
    const blocks = new Map<number, readonly FoundResult[]>()
    let wake = (): void => undefined
    core.on('append', () => {
      wake()
    })
    const stop = (): void => {
      stopped = true
      wake()
    }
    const failed = (error: unknown): void => {
      // Closing the core ends a pending read; that is no trouble.
      if (!stopped && !core.closing) this.#init.log('warn', 'found-results-not-read', { why: String(error) })
      stop()
    }
    const isNew = (index: number): boolean => index >= core.length - LIMITS.foundBlocks
    /** Nobody may have it: then it is asked for until newer ones have taken its place. */
    const fetch = async (index: number): Promise<void> => {
      const block = await unlessLate(core.get(index, { timeout: LIMITS.moduleStallMs }))
      if (isStopped() || !(block ?? isNew(index))) return
      if (!block) {
        await fetch(index)
        return
      }
      blocks.set(index, parseFoundRecord(block).found)
      this.#show(blocks)
    }
    const read = async (): Promise<void> => {
      await core.ready()
      for (let next = 0; ;) {
        while (core.length <= next && !isStopped())
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        if (isStopped()) return
        checkSize(core)
        const end = core.length
        const start = Math.max(0, end - LIMITS.foundBlocks)
        for (let index = Math.max(next, start); index < end; index++)
          fetch(index).catch((error: unknown) => {
            // After a block that breaks the rules nothing counts, whichever came first.
            for (const later of blocks.keys()) if (later > index) blocks.delete(later)
            this.#show(blocks)
            failed(error)
          })
        await core.clear(0, start)
        next = end
      }
    }
    read().catch(failed)
    return stop
  }

  /** The latest of these blocks, in their order; those that would not be seen are forgotten. */
  #show(blocks: Map<number, readonly FoundResult[]>): void {
    let found: readonly FoundResult[] = []
    for (const index of [...blocks.keys()].sort((a, b) => b - a))
      if (found.length >= LIMITS.foundShown) blocks.delete(index)
      else found = [...(blocks.get(index) ?? []), ...found]
    this.#found = found.slice(-LIMITS.foundShown)
    this.#init.changed()
  }
}

/** Undefined when nobody sent it in time. */
async function unlessLate(getting: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await getting
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'REQUEST_TIMEOUT') return undefined
    throw error
  }
}

/** Both are covered by the signature, so a flood is refused before it is downloaded. */
function checkSize({ length, byteLength }: Hypercore): void {
  if (byteLength > length * LIMITS.recordBytes)
    throw new PowerswarmError(
      'limit-exceeded',
      `${String(length)} blocks of results have ${String(byteLength)} bytes`,
    )
}

async function end({ core, stop }: { readonly core: Hypercore; readonly stop: () => void }): Promise<void> {
  stop()
  await core.close()
}
