import type { Scheduler } from '../../src-main/main/scheduler.ts'

/** Time that moves only when a test moves it. */
export class FakeScheduler implements Scheduler {
  #nowMs = 0
  #timers: { atMs: number; readonly everyMs: number | undefined; readonly run: () => void }[] = []

  monotonicMs = (): number => this.#nowMs
  after = (ms: number, run: () => void): (() => void) => this.#add(ms, undefined, run)
  every = (ms: number, run: () => void): (() => void) => this.#add(ms, ms, run)

  /** Runs what is due within the next `ms`, in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.#nowMs = next.atMs
      if (next.everyMs === undefined) this.#remove(next)
      else next.atMs += next.everyMs
      next.run()
    }
    this.#nowMs = endMs
  }

  get pending(): number {
    return this.#timers.length
  }

  #add(ms: number, everyMs: number | undefined, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, everyMs, run }
    this.#timers.push(timer)
    return () => this.#remove(timer)
  }

  #remove(timer: object): void {
    this.#timers = this.#timers.filter((other) => other !== timer)
  }
}
