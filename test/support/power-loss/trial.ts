import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../../../src-main/domain/errors.ts'
import { hexToBytes, unitText, type DonorKey, type UnitId } from '../../../src-main/domain/ids.ts'
import { openPublisherCores } from '../../../src-main/engine/adapters/hyper/publisher-cores.ts'
import { openPublisherStore } from '../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { copyCores, copyDatabase, diskAt, imageOf, loseCores, loseTail, type Disk } from './disk.ts'
import { checkLedger } from './check-ledger.ts'
import { donorKeys, live, SEED, type Incarnation } from './incarnation.ts'
import { Random } from './random.ts'
import { Witness } from './witness.ts'

/** How often each kind of loss was met, and that nothing came of it. */
export interface TrialReport {
  readonly seed: number
  readonly tailsLost: number
  readonly bytesLost: number
  readonly coresLost: number
  readonly oldDatabasesRefused: number
  readonly oldCopiesRefused: number
  readonly blocks: number
  readonly grants: number
}

const STEPS = 14
const MEETING_MS = 10_000

/**
 * One publisher's life with power cuts: random work, sealing, new batches and clean restarts; at a cut the store of
 * cores loses an unflushed tail or everything, while the database keeps its commits. A witness has seen every block.
 * Throws at the first contradiction: a fork, a grant lost or doubled, an old database or an old copy that may write.
 */
export async function powerTrial(seed: number, dir: string): Promise<TrialReport> {
  const trial = new Trial(seed, dir)
  try {
    return await trial.run()
  } finally {
    await trial.end()
    rmSync(dir, { recursive: true, force: true })
  }
}

class Trial {
  private readonly random: Random
  private readonly dir: string
  private readonly seed: number
  private readonly acknowledged = new Set<string>()
  private readonly images: Disk[] = []
  private readonly counts = {
    tailsLost: 0,
    bytesLost: 0,
    coresLost: 0,
    oldDatabasesRefused: 0,
    oldCopiesRefused: 0,
  }
  private disk: Disk
  private disks = 0
  private now: Incarnation | undefined
  private witness: Witness | undefined

  constructor(seed: number, dir: string) {
    this.seed = seed
    this.random = new Random(seed)
    this.dir = dir
    this.disk = this.newDisk()
  }

  async run(): Promise<TrialReport> {
    this.witness = await Witness.open(join(this.dir, 'witness'))
    this.now = await live(this.disk)
    await this.look()
    for (let step = 0; step < STEPS; step++) {
      await this.step()
      await this.look()
    }
    for (const donorKey of donorKeys) await this.work(donorKey, 100)
    await this.alive().seal()
    await this.look()
    const { blocks, grants } = await checkLedger(this.alive(), this.acknowledged)
    return { seed: this.seed, ...this.counts, blocks, grants }
  }

  async end(): Promise<void> {
    await this.now?.close()
    await this.witness?.close()
  }

  private async step(): Promise<void> {
    const kind = this.random.pick([
      'work',
      'work',
      'work',
      'seal',
      'batch',
      'image',
      'restart',
      'restart',
      'cut',
      'cut',
    ])
    if (kind === 'work') {
      await this.work(this.random.pick(donorKeys), 1 + this.random.next(4))
      if (this.random.next(2) === 0) await this.alive().seal()
    } else if (kind === 'seal') await this.alive().seal()
    else if (kind === 'batch') await this.alive().addBatch(5)
    else if (kind === 'image') this.images.push(imageOf(this.disk, this.newDisk().dir))
    else if (kind === 'restart') await this.restart()
    else await this.cut()
  }

  private async work(donorKey: DonorKey, count: number): Promise<void> {
    const verified = await this.alive().work(donorKey, count)
    for (const unit of verified) this.acknowledged.add(pair(unit, donorKey))
  }

  private async restart(): Promise<void> {
    await this.alive().close()
    this.now = undefined
    this.now = await live(this.disk)
  }

  /** The disk as it is at this moment, minus what the cut takes, is all that the next life gets. */
  private async cut(): Promise<void> {
    const image = imageOf(this.disk, this.newDisk().dir)
    await this.alive().close()
    this.now = undefined
    this.disk = image
    const [old] = this.images.length > 0 ? [this.images[this.random.next(this.images.length)]] : []
    if (old) {
      await this.refuseOldDatabase(old)
      await this.refuseOldCopy(old)
    }
    if (this.random.next(4) === 0) {
      loseCores(this.disk)
      this.counts.coresLost += 1
    } else {
      this.counts.bytesLost += loseTail(this.disk, this.random)
      this.counts.tailsLost += 1
    }
    this.now = await live(this.disk)
  }

  /** A database that was put back from before the cores' last blocks must not write: it would fork them. */
  private async refuseOldDatabase(old: Disk): Promise<void> {
    if (journalled(old) === journalled(this.disk)) return
    const mixed = this.newDisk()
    copyCores(this.disk, mixed)
    copyDatabase(old, mixed)
    const refused = await live(mixed).then(
      async (opened) => {
        await opened.close()
        throw new Error('an old database opened newer cores')
      },
      (error: unknown) => errorCode(error) === 'store-behind',
    )
    if (!refused) throw new Error('an old database was refused for another reason')
    this.counts.oldDatabasesRefused += 1
  }

  /** A whole folder put back from earlier finds out from a peer, before it writes. */
  private async refuseOldCopy(old: Disk): Promise<void> {
    const copy = imageOf(old, this.newDisk().dir)
    const store = openPublisherStore(copy.databasePath)
    const cores = await openPublisherCores({ dir: copy.coresDir, seed: SEED, journal: store })
    try {
      await this.witness?.beside(cores, hexToBytes(cores.ledgerKey), async (own, theirs) => {
        if (own.length <= theirs.length) return
        for (let waitedMs = 0; theirs.peers[0]?.remoteLength !== own.length; waitedMs++) {
          if (waitedMs > MEETING_MS) throw new Error('the old copy did not meet the witness')
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
        store.record(cores.ledgerCore, [Uint8Array.of(1, 2, 3)])
        const code = await cores.flushLedger().then(() => 'written', errorCode)
        if (code !== 'store-behind') throw new Error(`an old copy of ${theirs.length} blocks: ${code}`)
        this.counts.oldCopiesRefused += 1
      })
    } finally {
      await cores.close()
      store.close()
    }
  }

  private async look(): Promise<void> {
    await this.witness?.see(this.alive().cores)
  }

  private alive(): Incarnation {
    if (!this.now) throw new Error('the publisher is not running')
    return this.now
  }

  private newDisk(): Disk {
    return diskAt(join(this.dir, `disk-${this.disks++}`))
  }
}

/** Blocks that the database knows of, in both cores. */
function journalled({ databasePath }: Disk): string {
  const store = openPublisherStore(databasePath)
  try {
    return `${store.length('project')} ${store.length('ledger')}`
  } finally {
    store.close()
  }
}

function pair(unit: UnitId, donorKey: string): string {
  return `${unitText(unit)} ${donorKey}`
}
