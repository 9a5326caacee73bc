import { errorCode } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { StoredResult } from '../../ports.ts'
import type { DonorComponents } from './components.ts'

/**
 * Saves results in groups, one transaction each: a commit waits for the disk, which takes longer than a small unit.
 * The first result is saved at once, those that follow it closely together, `LIMITS.saveResultsEveryMs` after.
 *
 * What is not saved is not sent either, and its lease still stands on disk: a crash only has it computed again.
 */
export class ResultWriter {
  private readonly parts: Pick<DonorComponents, 'store' | 'timers' | 'log'>
  private readonly saved: (results: readonly StoredResult[]) => void
  private waiting: StoredResult[] = []
  /** The disk refused what waits. Until it takes it no more is accepted. */
  private refused = false
  private cancel: (() => void) | undefined

  /** `saved` is called with each group once it is on disk. */
  constructor(
    parts: Pick<DonorComponents, 'store' | 'timers' | 'log'>,
    saved: (results: readonly StoredResult[]) => void,
  ) {
    this.parts = parts
    this.saved = saved
  }

  /** Takes a result, or throws what the disk says: then it is still the caller's. */
  add(result: StoredResult): void {
    this.waiting.push(result)
    if (this.cancel && !this.refused) return
    try {
      this.flush()
    } catch (error) {
      this.waiting.pop()
      throw error
    }
  }

  /** Saves what waits now. Throws what the disk says; it then goes on waiting. */
  flush(): void {
    const group = this.waiting
    if (group.length === 0) return
    this.parts.store.transact(() => {
      for (const result of group) this.parts.store.addResult(result)
    })
    this.waiting = []
    this.refused = false
    this.cancel?.()
    this.cancel = this.parts.timers.after(LIMITS.saveResultsEveryMs, () => this.end())
    this.tell(group)
  }

  /** Saves what waits and stops; what the disk refuses now is computed again later. */
  close(): void {
    this.tryFlush()
    this.cancel?.()
    this.cancel = undefined
    this.waiting = []
  }

  /** Whatever goes wrong from here on, the group is on disk: nobody is to bring it again, and none of it is lost. */
  private tell(group: readonly StoredResult[]): void {
    try {
      this.saved(group)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.parts.log('warn', 'saved-results-not-followed', { code: errorCode(error), message })
    }
  }

  /** The end of an interval. */
  private end(): void {
    this.cancel = undefined
    this.tryFlush()
    if (this.waiting.length > 0)
      this.cancel = this.parts.timers.after(LIMITS.saveResultsEveryMs, () => this.end())
  }

  private tryFlush(): void {
    try {
      this.flush()
    } catch (error) {
      if (!this.refused)
        this.parts.log('warn', 'results-not-saved', {
          results: this.waiting.length,
          code: errorCode(error),
          message: error instanceof Error ? error.message : String(error),
        })
      this.refused = true
    }
  }
}
