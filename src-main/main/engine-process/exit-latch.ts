import type { EngineExit } from './engine-process.ts'

/** Remembers how a process ended and tells everybody once, latecomers at once. */
export interface ExitLatch {
  /** The first call counts, later ones are ignored. */
  readonly trip: (exit: EngineExit) => void
  readonly onExit: (listener: (exit: EngineExit) => void) => () => void
  readonly gone: Promise<void>
}

export function exitLatch(): ExitLatch {
  const listeners = new Set<(exit: EngineExit) => void>()
  const { promise: gone, resolve } = promiseParts()
  let ended: EngineExit | undefined
  return {
    gone,
    trip(exit) {
      if (ended !== undefined) return
      ended = exit
      resolve()
      for (const listener of listeners) listener(exit)
      listeners.clear()
    },
    onExit(listener) {
      if (ended !== undefined) {
        listener(ended)
        return () => undefined
      }
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

// Promise.withResolvers is missing from the Node 20 inside the oldest Electron that runs this.
function promiseParts(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
