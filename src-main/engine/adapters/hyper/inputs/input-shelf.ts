import type Corestore from 'corestore'
import Hypercore from 'hypercore'
import type { SwarmConnection } from 'hyperswarm'
import { bytesToHex, hexToBytes, type Hex32 } from '../../../../domain/ids.ts'
import { LIMITS } from '../../../../domain/limits.ts'
import type { Batch } from '../../../../domain/project.ts'
import { NO_INPUTS, type BatchInputs, type UnitInputs } from '../../../../domain/unit-inputs.ts'
import type { Log, Timers } from '../../../ports.ts'
import type { Guard } from '../guard.ts'
import type { SeederWatch } from '../seeder-watch.ts'
import { BlockCache } from './block-cache.ts'
import { inputBlocksOf } from './input-core.ts'
import { readUnitInputs } from './input-reader.ts'

export interface InputShelfInit {
  readonly store: Corestore
  readonly timers: Timers
  readonly log: Log
  /** Everybody who may have inputs: the publisher and the other donors. Kept up to date by the owner. */
  readonly peers: ReadonlyMap<SwarmConnection, Guard>
  /** Ends running fetches. */
  readonly signal: AbortSignal
  readonly watch: SeederWatch
  /** Default `LIMITS.inputsCacheBytes`. */
  readonly cacheBytes?: number
}

/** Blocks of a core that are looked for on disk: a publisher may announce many more. */
const ADOPTED_BLOCKS = 262_144
const BLOCKS_A_TURN = 4096

interface Shelved {
  readonly core: Hypercore
  /** Fetches under way. */
  uses: number
}

/**
 * The inputs of one project's batches, as far as units here needed them: fetched block by block from any peer, offered to
 * every peer that asks, dropped when the disk they may take is full.
 */
export class InputShelf {
  readonly #init: InputShelfInit
  /** By discovery key in hexadecimal: what may be offered. */
  readonly #known = new Map<string, BatchInputs>()
  /** The one used longest ago comes first. */
  readonly #open = new Map<Hex32, Shelved>()
  readonly #cache: BlockCache
  readonly #running = new Set<Promise<unknown>>()

  constructor(init: InputShelfInit) {
    this.#init = init
    const { cacheBytes = LIMITS.inputsCacheBytes } = init
    this.#cache = new BlockCache(Math.floor(cacheBytes / LIMITS.inputBlockBytes), (key, block) => {
      this.#settle(this.#shelved(key).core.clear(block, block + 1))
    })
  }

  /** From now on these inputs are offered, as far as they are on disk. */
  learn(inputs: BatchInputs): void {
    this.#known.set(bytesToHex(Hypercore.discoveryKey(hexToBytes(inputs.key))), inputs)
  }

  offered(discoveryKey: Uint8Array): Hypercore | undefined {
    const inputs = this.#known.get(bytesToHex(discoveryKey))
    if (!inputs || this.#init.signal.aborted) return undefined
    const { core } = this.#shelved(inputs.key)
    this.#closeIdle()
    return core
  }

  /** A new peer may have what is being fetched. */
  attach(connection: SwarmConnection): void {
    for (const { core, uses } of this.#open.values()) if (uses > 0) core.replicate(connection)
  }

  /** See `ProjectConnection.inputs`. */
  async fetch({ inputs, count }: Batch, index: number): Promise<UnitInputs> {
    if (!inputs) return NO_INPUTS
    const { peers, timers, signal } = this.#init
    const shelved = this.#shelved(inputs.key)
    const { core } = shelved
    shelved.uses++
    try {
      for (const connection of peers.keys()) core.replicate(connection)
      const source = inputBlocksOf({
        core,
        byteLength: inputs.byteLength,
        timers,
        signal,
        expect: (bytes) => {
          for (const guard of peers.values()) guard.expect(bytes)
        },
        onBlock: (block) => this.#cache.use(inputs.key, block),
      })
      return await readUnitInputs(source, { byteLength: inputs.byteLength, units: count }, index)
    } finally {
      shelved.uses--
      this.#closeIdle()
    }
  }

  /** Nobody needs these inputs any more. */
  drop({ key }: BatchInputs): void {
    this.#cache.forget(key)
    const { core } = this.#shelved(key)
    this.#settle(core.ready().then(() => core.clear(0, core.length)))
    this.#closeIdle()
  }

  /** Running fetches have been told by the signal. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running)
    for (const { core } of this.#open.values()) await core.close()
  }

  #shelved(key: Hex32): Shelved {
    const open = this.#open.get(key)
    const shelved = open ?? {
      core: this.#init.store.get({ key: hexToBytes(key), writable: false }),
      uses: 0,
    }
    this.#open.delete(key)
    this.#open.set(key, shelved)
    if (!open) {
      this.#init.watch.watch(shelved.core)
      this.#settle(this.#adopt(key, shelved.core))
    }
    return shelved
  }

  /** Blocks that an earlier start of the program fetched. */
  async #adopt(key: Hex32, core: Hypercore): Promise<void> {
    await core.ready()
    const end = Math.min(core.length, ADOPTED_BLOCKS)
    for (let block = 0; block < end; block++) {
      if (block % BLOCKS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
      if (this.#init.signal.aborted || core.closing) return
      if (await core.has(block)) this.#cache.use(key, block)
    }
  }

  #closeIdle(): void {
    for (const [key, { core, uses }] of this.#open) {
      if (this.#open.size <= LIMITS.inputCoresOpen) return
      if (uses > 0) continue
      this.#open.delete(key)
      this.#settle(Promise.allSettled([...this.#running]).then(() => core.close()))
    }
  }

  /** Follows work that nobody waits for. */
  #settle(work: Promise<unknown>): void {
    const done = work
      .catch((error: unknown) => {
        if (!this.#init.signal.aborted) this.#init.log('warn', 'inputs-cache-failed', { why: String(error) })
      })
      .finally(() => this.#running.delete(done))
    this.#running.add(done)
  }
}
