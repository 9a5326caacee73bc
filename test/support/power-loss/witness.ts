import type Corestore from 'corestore'
import Hypercore from 'hypercore'
import { bytesToHex, hexToBytes } from '../../../src-main/domain/ids.ts'
import { openCoreStore } from '../../../src-main/engine/adapters/hyper/core-store.ts'
import { projectCoreKey } from '../../../src-main/engine/adapters/hyper/keys.ts'
import type { HyperPublisherCores } from '../../../src-main/engine/adapters/hyper/publisher-cores.ts'

/** Whatever a publisher ever showed must stay true: a reader that keeps all of it over every power cut. */
export class Witness {
  private readonly store: Corestore
  private readonly conflicts: string[] = []

  private constructor(store: Corestore) {
    this.store = store
  }

  static async open(dir: string): Promise<Witness> {
    return new Witness(await openCoreStore(dir))
  }

  /** Replicates project core, ledger and results as they are now. Throws when they contradict what was seen before. */
  async see(cores: HyperPublisherCores): Promise<void> {
    const results = (await cores.projectRecords()).findLast((record) => record.type === 'results')
    const keys = [projectCoreKey(cores.projectKey), hexToBytes(cores.ledgerKey)]
    if (results) keys.push(hexToBytes(results.key))
    for (const key of keys) await this.seeCore(cores, key)
  }

  /** A core of the witness on a stream with the publisher's; ends what `during` does not keep. */
  async beside(
    cores: HyperPublisherCores,
    key: Uint8Array,
    during: (own: Hypercore, theirs: Hypercore) => Promise<void>,
  ): Promise<void> {
    const theirs = cores.offered(Hypercore.discoveryKey(key))
    if (!theirs) throw new Error('the publisher offers no such core')
    const own = this.store.get({ key, writable: false })
    await own.ready()
    own.on('conflict', () => this.conflicts.push(bytesToHex(key)))
    const one = own.replicate(true)
    const other = theirs.replicate(false)
    one.on('error', () => undefined)
    other.on('error', () => undefined)
    one.pipe(other).pipe(one)
    try {
      await during(own, theirs)
    } finally {
      one.destroy()
      other.destroy()
      await own.close()
    }
  }

  async close(): Promise<void> {
    await this.store.close()
  }

  private async seeCore(cores: HyperPublisherCores, key: Uint8Array): Promise<void> {
    await this.beside(cores, key, async (own, theirs) => {
      const { length } = theirs
      if (own.length > length) throw new Error(`a core of ${own.length} blocks became one of ${length}`)
      if (length > own.length) await own.update({ wait: true })
      for (let index = 0; index < length; index++) {
        const [seen, told] = await Promise.all([own.get(index, { timeout: 5000 }), theirs.get(index)])
        if (Buffer.compare(seen, told) !== 0) throw new Error(`block ${index} changed`)
      }
      if (own.length !== length) throw new Error(`the witness stopped at ${own.length} of ${length} blocks`)
    })
    if (this.conflicts.length > 0) throw new Error(`a fork of core ${this.conflicts.join()}`)
  }
}
