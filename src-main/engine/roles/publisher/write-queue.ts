import { PowerswarmError } from '../../../domain/errors.ts'
import type { Log, PublisherStore, Timers } from '../../ports.ts'

interface Entry {
  readonly weight: number
  run(): void
  resolve(): void
  reject(error: unknown): void
}

/** Rows that one transaction touches at most, roughly: longer ones would make every donor wait. */
const WEIGHT_MAX = 4096
/** Turns of the event loop, about a millisecond each, that a group waits at most while writes keep coming. */
const TURNS_MAX = 5

/**
 * Puts writes that arrive together into one transaction: the cost of a commit is waiting for the disk, and it is paid
 * once. A write's promise settles after the commit. Writes run in order and may run twice (a group that fails is
 * repeated one by one), so they change nothing but the store and caches of it; other memory is changed by whoever
 * awaits them.
 */
export class WriteQueue {
  private readonly store: Pick<PublisherStore, 'transact'>
  private readonly timers: Timers
  private readonly log: Log
  private entries: Entry[] = []
  private weight = 0
  private scheduled = false

  constructor(store: Pick<PublisherStore, 'transact'>, timers: Timers, log: Log) {
    this.store = store
    this.timers = timers
    this.log = log
  }

  /** `weight`: rows touched, roughly. Rejects with `busy`, with nothing stored, when `work` or its commit fails. */
  run<T>(weight: number, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: { readonly value: T } | undefined
      this.entries.push({
        weight,
        run: () => {
          result = { value: work() }
        },
        resolve: () => {
          if (result) resolve(result.value)
        },
        reject,
      })
      this.weight += weight
      this.schedule(this.entries.length, TURNS_MAX)
    })
  }

  /** Commits what waits, now. */
  flush(): void {
    while (this.entries.length > 0) this.commit(this.nextGroup())
  }

  /** `seen`: writes that wait now. When more have come by the next turn, more are likely to. */
  private schedule(seen: number, turns: number): void {
    if (this.scheduled) return
    this.scheduled = true
    this.timers.after(0, () => {
      this.scheduled = false
      const { length } = this.entries
      if (length > seen && turns > 1 && this.weight < WEIGHT_MAX) {
        this.schedule(length, turns - 1)
        return
      }
      this.commit(this.nextGroup())
      if (this.entries.length > 0) this.schedule(this.entries.length, TURNS_MAX)
    })
  }

  private nextGroup(): Entry[] {
    let weight = 0
    const end = this.entries.findIndex((entry, index) => (weight += entry.weight) > WEIGHT_MAX && index > 0)
    const group = this.entries.splice(0, end === -1 ? this.entries.length : end)
    for (const entry of group) this.weight -= entry.weight
    return group
  }

  private commit(group: readonly Entry[]): void {
    if (group.length === 0) return
    try {
      this.store.transact(() => {
        for (const entry of group) entry.run()
      })
    } catch (error) {
      const [only] = group
      if (group.length === 1 && only) only.reject(this.refusal(error))
      else for (const entry of group) this.commit([entry])
      return
    }
    for (const entry of group) entry.resolve()
  }

  private refusal(error: unknown): PowerswarmError {
    const message = error instanceof Error ? error.message : String(error)
    this.log('error', 'write-failed', { message })
    return new PowerswarmError('busy', 'The publisher cannot store this now; try again later', {
      cause: error,
    })
  }
}
