/** How late a 10 ms timer of this process has ever been. */
export interface LatenessWatch {
  readonly worstMs: number
  stop(): void
}

const PERIOD_MS = 10

/** Watches from now on. "Responsive" means that this stays below 250 ms on a machine that does nothing else. */
export function watchLateness(): LatenessWatch {
  let worstMs = 0
  let dueMs = performance.now() + PERIOD_MS
  const timer = setInterval(() => {
    const now = performance.now()
    worstMs = Math.max(worstMs, now - dueMs)
    dueMs = now + PERIOD_MS
  }, PERIOD_MS)
  return {
    get worstMs() {
      return worstMs
    },
    stop: () => clearInterval(timer),
  }
}
