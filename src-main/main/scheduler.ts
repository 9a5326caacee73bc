/** Time for the shell's orchestration, passed in so that tests drive it. */
export interface Scheduler {
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number
  /** Calls back once after `ms`; returns the function that cancels. */
  after(ms: number, run: () => void): () => void
  /** Calls back every `ms`; returns the function that stops. */
  every(ms: number, run: () => void): () => void
}

export const realScheduler: Scheduler = {
  monotonicMs: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}
