import type { ElectronApplication } from '@playwright/test'

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

/** The same in Electron's main process. The returned function tells how late its timer was since then. */
export async function watchMainLateness(electron: ElectronApplication): Promise<() => Promise<number>> {
  await electron.evaluate((_electron, periodMs) => {
    const seen = { worstMs: 0, dueMs: performance.now() + periodMs }
    Object.assign(globalThis, { seen })
    setInterval(() => {
      const now = performance.now()
      seen.worstMs = Math.max(seen.worstMs, now - seen.dueMs)
      seen.dueMs = now + periodMs
    }, periodMs)
  }, PERIOD_MS)
  return () => electron.evaluate(() => (globalThis as unknown as { seen: { worstMs: number } }).seen.worstMs)
}
