import { encodeFoundRecord } from '../../../contracts/wire/found-record.ts'
import { errorCode } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { FoundResult, ResultsAnnouncement } from '../../../domain/project.ts'
import { isPublished, resultsCoreName } from '../../../domain/results-core.ts'
import type { VerifiedRow } from '../../ports.ts'
import type { PublisherComponents } from './components.ts'
import { knownByBatch } from './known-answers.ts'
import type { Restored } from './restored.ts'

/** Whether the project was made to publish its results: `yes`, or absent. */
export const PUBLISH_RESULTS_SETTING = 'publish-results'
/** Of the core that is written; each one after the first takes the place of one that cannot be written any more. */
export const RESULTS_EPOCH_SETTING = 'results-epoch'
/** Cursor of the last verified unit that was looked at. */
const THROUGH_SETTING = 'results-through'

/** Verified units that one transaction looks at. */
const ROWS = 256
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
 */
export class Findings {
  private readonly parts: Parts
  private readonly restored: Pick<Restored, 'why'>
  private announcement: ResultsAnnouncement | undefined
  private running: Promise<void> | undefined
  private trouble: string | undefined

  constructor(parts: Parts, restored: Pick<Restored, 'why'>) {
    this.parts = parts
    this.restored = restored
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
        if (epoch !== first) store.setSetting(RESULTS_EPOCH_SETTING, String(epoch))
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
    const { store, cores, log } = this.parts
    const { epoch } = this.announcement
    try {
      while (store.transact(() => this.recordSome(epoch)) === ROWS);
      await cores.flushResults()
      this.trouble = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== this.trouble) log('error', 'results-not-published', { message })
      this.trouble = message
    }
  }

  /** How many verified units were looked at. */
  private recordSome(epoch: number): number {
    const { store, clock } = this.parts
    const rows = store.verifiedAfter(Number(store.setting(THROUGH_SETTING) ?? 0), ROWS)
    const last = rows.at(-1)
    if (!last) return 0
    const known = knownByBatch(store.knownAnswers())
    const found = rows
      .filter((row) => this.isPublished(row, known.get(row.unit.batch)?.has(row.unit.index) === true))
      .map(({ unit, output }): FoundResult => ({ unit, output: output.stdout }))
    const at = clock.now()
    const blocks = inBlocks(found).map((part) => encodeFoundRecord({ at, found: part }))
    if (blocks.length > 0) store.record(resultsCoreName(epoch), blocks)
    store.setSetting(THROUGH_SETTING, String(last.cursor))
    return rows.length
  }

  private isPublished({ unit, output }: VerifiedRow, isKnown: boolean): boolean {
    const { store } = this.parts
    return isPublished({
      work: store.unit(unit),
      isOk: output.outcome === 'ok',
      outputBytes: output.stdout.byteLength,
      isKnown,
      isHeld: store.holders(unit).some((donorKey) => {
        const standing = store.copy(unit, donorKey)?.standing
        return standing === 'leased' || standing === 'lapsed'
      }),
    })
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
