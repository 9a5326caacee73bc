import type Corestore from 'corestore'
import Hypercore from 'hypercore'
import { INPUT_SALT_BYTES } from '../../../../contracts/wire/inputs.ts'
import { PowerswarmError } from '../../../../domain/errors.ts'
import { bytesToHex, hexToBytes, type Hex32 } from '../../../../domain/ids.ts'
import type { Batch } from '../../../../domain/project.ts'
import type { BatchInputs, UnitInputs } from '../../../../domain/unit-inputs.ts'
import { storageBarrier } from '../core-store.ts'
import { readInputEntry, readUnitInputs, type BlockSource, type InputStream } from './input-reader.ts'
import { InputWriter } from './input-writer.ts'

/** Blocks kept for the next unit: neighbours lie in the same ones. */
const KEPT_BLOCKS = 64

/**
 * The inputs of a publisher's batches, each in a static core. They are written to a core that nobody knows and become
 * static when they are whole; whoever writes them remembers its number, so that what a crash left can be dropped.
 */
export class PublishedInputs {
  readonly #store: Corestore
  /** Keys by discovery key, both in hexadecimal: what may be offered. */
  readonly #known = new Map<string, Hex32>()
  readonly #open = new Map<Hex32, Hypercore>()
  readonly #blocks = new Map<string, Uint8Array>()

  constructor(store: Corestore) {
    this.#store = store
  }

  /** From now on these inputs are offered. */
  learn({ key }: BatchInputs): void {
    this.#known.set(bytesToHex(Hypercore.discoveryKey(hexToBytes(key))), key)
  }

  offered(discoveryKey: Uint8Array): Hypercore | undefined {
    const key = this.#known.get(bytesToHex(discoveryKey))
    return key === undefined ? undefined : this.#core(key)
  }

  /** `draft`: 32 random bytes that no other call gets. What was added is on disk when this resolves. */
  async add(
    draft: Hex32,
    units: AsyncIterable<UnitInputs>,
  ): Promise<{ readonly inputs: BatchInputs; readonly units: number }> {
    const scratch = this.#draft(draft)
    await scratch.ready()
    const writer = new InputWriter((blocks) => scratch.append(blocks))
    await writer.raw(hexToBytes(draft).subarray(0, INPUT_SALT_BYTES))
    for await (const unit of units) await writer.add(unit)
    if (writer.units === 0) throw new PowerswarmError('bad-argument', 'There are no inputs: no unit came out')
    const written = await writer.finish()
    const core = await this.#store.staticify(scratch)
    await scratch.close()
    await storageBarrier(this.#store)
    const key = bytesToHex(core.key) as Hex32
    this.#open.set(key, core)
    const inputs = { key, byteLength: written.byteLength }
    this.learn(inputs)
    return { inputs, units: written.units }
  }

  /** Removes what an `add` with this draft wrote. Not for one whose inputs were published: they are the same bytes. */
  async drop(draft: Hex32): Promise<void> {
    const scratch = this.#draft(draft)
    await scratch.ready()
    await scratch.clear(0, scratch.length)
    await scratch.close()
    await storageBarrier(this.#store)
  }

  /** Inputs of one unit, from disk. */
  async read(batch: Batch, index: number): Promise<UnitInputs> {
    return readUnitInputs(...(await this.#stream(batch)), index)
  }

  /** What a unit is called and its own arguments. */
  async label(batch: Batch, index: number): Promise<Pick<UnitInputs, 'name' | 'args'>> {
    const { name, args } = await readInputEntry(...(await this.#stream(batch)), index)
    return { name, args }
  }

  async close(): Promise<void> {
    for (const core of this.#open.values()) await core.close()
  }

  async #stream({ inputs, count }: Batch): Promise<[BlockSource, InputStream]> {
    if (!inputs) throw new PowerswarmError('not-found', 'The batch has no inputs')
    const core = this.#core(inputs.key)
    await core.ready()
    const source = {
      want: () => Promise.resolve(),
      get: (block: number) => this.#block(inputs.key, core, block),
    }
    return [source, { byteLength: inputs.byteLength, units: count }]
  }

  async #block(key: Hex32, core: Hypercore, block: number): Promise<Uint8Array> {
    const name = `${key} ${String(block)}`
    const kept = this.#blocks.get(name)
    if (kept) return kept
    const content = await core.get(block, { wait: false })
    if (!content) throw new PowerswarmError('not-found', 'Inputs of a batch are missing on this disk')
    const [oldest] = this.#blocks.keys()
    if (this.#blocks.size >= KEPT_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest)
    this.#blocks.set(name, content)
    return content
  }

  #draft(draft: Hex32): Hypercore {
    return this.#store.get({ name: `inputs ${draft}` })
  }

  #core(key: Hex32): Hypercore {
    const open = this.#open.get(key)
    if (open) return open
    const core = this.#store.get({ key: hexToBytes(key), writable: false })
    this.#open.set(key, core)
    return core
  }
}
