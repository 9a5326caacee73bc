import { encodeFoundRecord } from '../../../contracts/wire/found-record.ts'
import { errorCode } from '../../../domain/errors.ts'
import type { UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { FoundResult, ResultsAnnouncement } from '../../../domain/project.ts'
import { isPublished, resultsCoreName } from '../../../domain/results-core.ts'
import type { CopyRow, VerifiedRow } from '../../ports.ts'
import type { PublisherComponents } from './components.ts'
import { HeldFindings, readPlaces, savePlaces } from './held-findings.ts'
import { knownByBatch } from './known-answers.ts'
import type { Restored } from './restored.ts'
import type { WriteQueue } from './write-queue.ts'

/** Whether the project was made to publish its results: `yes`, or absent. */
export const PUBLISH_RESULTS_SETTING = 'publish-results'
/** Of the core that is written; each one after the first takes the place of one that cannot be written any more. */
export const RESULTS_EPOCH_SETTING = 'results-epoch'
/** Cursor of the last verified unit that was looked at. */
const THROUGH_SETTING = 'results-through'
/** Units that were recorded and perhaps not appended: if the core is left now, the next one has to have them. */
const UNFLUSHED_SETTING = 'results-unflushed'

/** Verified units that one transaction looks at, and what that weighs in the {@link WriteQueue}. */
const ROWS = 256
const WEIGHT = 2 * ROWS
/** Room for a unit's name and the length of its output. */
const ENTRY_BYTES = 32
const BLOCK_BYTES = LIMITS.recordBytes - 1024
/** Epochs that an opening tries: each failure leaves one behind. */
const EPOCHS_MAX = 8

type Parts = Pick<PublisherComponents, 'store' | 'cores' | 'clock' | 'log'>

/**
 * Publishes verified outputs for everybody to see, where the project was made for it. As on the ledger: one transaction
 * makes the bytes of the blocks and says how far they reach, then they are appended. Killed in between, the next opening
 * appends the same bytes. A core that can never be written again is left, and another one goes on.
 *
 * A unit that a donor could still answer waits: until its last copy is answered, or nobody is at work on it any more.
 * Then what that donor says counts no more, and the unit is published all the same.
 */
export class Findings {
  private readonly parts: Parts
  private readonly restored: Pick<Restored, 'why'>
  private readonly writes: WriteQueue
  private readonly held: HeldFindings
  private nextPage = 0
  private announcement: ResultsAnnouncement | undefined
  private running: Promise<void> | undefined
  private trouble: string | undefined

  constructor(parts: Parts, restored: Pick<Restored, 'why'>, writes: WriteQueue) {
    this.parts = parts
    this.restored = restored
    this.writes = writes
    this.held = new HeldFindings(parts.store)
  }

  /** What the project core has to say of them; undefined where none are published. */
  get record(): ResultsAnnouncement | undefined {
    return this.announcement
  }

  /** Opens the core. Nothing of it for projects that did not ask. */
  async open(): Promise<void> {
    const { store, cores, log } = this.parts
    if (store.setting(PUBLISH_RESULTS_SETTING) !== 'yes') return
    const first = Number(store.setting(RESULTS_EPOCH_SETTING) ?? 0)
    for (let epoch = first; epoch < first + EPOCHS_MAX; epoch++)
      try {
        const key = await cores.openResults(epoch)
        if (epoch !== first)
          store.transact(() => {
            store.setSetting(RESULTS_EPOCH_SETTING, String(epoch))
            this.held.add(readPlaces(store, UNFLUSHED_SETTING))
            savePlaces(store, UNFLUSHED_SETTING, [])
          })
        this.announcement = { type: 'results', epoch, key }
        return
      } catch (error) {
        const code = errorCode(error)
        if (code !== 'store-behind' && code !== 'store-forked') throw error
        log('error', 'results-core-left', { epoch, why: String(error) })
      }
    log('error', 'results-not-published', { epochs: EPOCHS_MAX })
  }

  /** Publishes what was verified since the last time. A failure is logged, changes nothing and is tried again. */
  async publish(): Promise<void> {
    this.running ??= this.round().finally(() => {
      this.running = undefined
    })
    await this.running
  }

  private async round(): Promise<void> {
    if (!this.announcement || this.restored.why !== undefined) return
    const { log } = this.parts
    const { epoch } = this.announcement
    try {
      // What cannot be appended is not added to: the journal would grow, and go with this core if it is left.
      if (this.hasUnflushed) await this.flush()
      while ((await this.turn(() => this.recordNew(epoch))) === ROWS);
      const page = this.held.pageFrom(this.nextPage)
      if (page !== undefined) {
        this.nextPage = page + 1
        await this.turn(() => this.recordHeld(epoch, page))
      }
      this.trouble = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== this.trouble) log('error', 'results-not-published', { message })
      this.trouble = message
    }
  }

  /** One transaction, in which donors' writes may take part, and the append of what it recorded. */
  private async turn<T>(work: () => T): Promise<T> {
    const done = await this.writes.run(WEIGHT, work)
    if (this.hasUnflushed) await this.flush()
    return done
  }

  private get hasUnflushed(): boolean {
    return Boolean(this.parts.store.setting(UNFLUSHED_SETTING))
  }

  private async flush(): Promise<void> {
    await this.parts.cores.flushResults()
    await this.writes.run(1, () => {
      savePlaces(this.parts.store, UNFLUSHED_SETTING, [])
    })
  }

  /** How many verified units were looked at, for the first time. */
  private recordNew(epoch: number): number {
    const { store } = this.parts
    const rows = store.verifiedAfter(Number(store.setting(THROUGH_SETTING) ?? 0), ROWS)
    if (rows.length === 0) return 0
    const wanted = this.publishable(rows)
    const held = wanted.filter(({ unit }) => this.unanswered(unit).length > 0)
    // Where no more may wait, the first one too many and all after it are looked at another time.
    const tooMany = held.length === 0 ? undefined : held[this.held.room]
    const until = tooMany?.cursor ?? Infinity
    const waiting = new Set(held)
    this.recordFound(
      epoch,
      wanted.filter((row) => row.cursor < until && !waiting.has(row)),
    )
    if (held.length > 0) this.held.add(held.filter(({ cursor }) => cursor < until))
    const looked = rows.filter(({ cursor }) => cursor < until)
    const last = looked.at(-1)
    if (last) store.setSetting(THROUGH_SETTING, String(last.cursor))
    return looked.length
  }

  /** Looks again at units that a donor could answer when they were looked at first. */
  private recordHeld(epoch: number, page: number): void {
    const { store, clock } = this.parts
    const before = this.held.page(page)
    const overBy = clock.now() - LIMITS.leaseMs - LIMITS.lateMs
    const free = new Set(
      before.filter(({ unit, verifiedAt }) => verifiedAt <= overBy || this.unanswered(unit).length === 0),
    )
    if (free.size === 0) return
    // Each was leased before it was verified, so nobody computes it any more; what comes now may be a copy.
    for (const { unit } of free)
      for (const copy of this.unanswered(unit)) store.saveCopy(copy, { ...copy, standing: 'uncounted' })
    const rows = [...free].flatMap(({ cursor }) => store.verifiedAfter(cursor - 1, 1))
    this.recordFound(epoch, this.publishable(rows))
    this.held.save(
      page,
      before.filter((place) => !free.has(place)),
    )
  }

  private recordFound(epoch: number, rows: readonly VerifiedRow[]): void {
    if (rows.length === 0) return
    const { store, clock } = this.parts
    const at = clock.now()
    const found = rows.map(({ unit, output }): FoundResult => ({ unit, output: output.stdout }))
    store.record(
      resultsCoreName(epoch),
      inBlocks(found).map((part) => encodeFoundRecord({ at, found: part })),
    )
    savePlaces(store, UNFLUSHED_SETTING, rows)
  }

  /** Those that everybody may see, now or when no donor can answer them any more. */
  private publishable(rows: readonly VerifiedRow[]): VerifiedRow[] {
    const { store } = this.parts
    const known = knownByBatch(store.knownAnswers())
    return rows.filter(({ unit, output }) =>
      isPublished({
        work: store.unit(unit),
        isOk: output.outcome === 'ok',
        outputBytes: output.stdout.byteLength,
        isKnown: known.get(unit.batch)?.has(unit.index) === true,
      }),
    )
  }

  /** Copies whose donors could still answer: they would only have to copy what is published. */
  private unanswered(unit: UnitId): CopyRow[] {
    const { store } = this.parts
    const copies = store.holders(unit).flatMap((donorKey) => store.copy(unit, donorKey) ?? [])
    return copies.filter(({ standing }) => standing === 'leased' || standing === 'lapsed')
  }
}

function inBlocks(found: readonly FoundResult[]): FoundResult[][] {
  const blocks: FoundResult[][] = []
  let bytes = Infinity
  for (const result of found) {
    const size = result.output.byteLength + ENTRY_BYTES
    const last = blocks.at(-1)
    if (last && bytes + size <= BLOCK_BYTES) last.push(result)
    else {
      blocks.push([result])
      bytes = 0
    }
    bytes += size
  }
  return blocks
}
