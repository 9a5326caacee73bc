import type { EngineExit } from './engine-process.ts'

/**
 * The life of the engine as the shell sees it.
 *
 *             start            answered
 *   stopped ────────▶ starting ────────▶ running
 *      ▲                 ▲  │ exited        │ exited
 *      │ exited     retry│  ▼               │
 *      │                crashed ◀───────────┘
 *   stopping ◀──────── any, on stop (from crashed and stopped: straight to stopped)
 */
export type EngineLife =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly failures: number }
  | { readonly kind: 'running'; readonly failures: number; readonly sinceMs: number }
  | {
      readonly kind: 'crashed'
      /** Ends in a row without a long enough run between them. */
      readonly failures: number
      readonly retryInMs: number
      /** One line for the person. */
      readonly trouble: string
    }
  | { readonly kind: 'stopping' }

export type EngineEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'answered'; readonly atMs: number }
  | { readonly kind: 'exited'; readonly exit: EngineExit; readonly atMs: number }
  | { readonly kind: 'retry' }
  | { readonly kind: 'stop' }

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000
/** An engine that ran this long was well: what ends it starts a new count. */
const WELL_AFTER_MS = 60_000

/** The one function that moves the engine's life. Events that mean nothing in a state leave it as it is. */
export function moveLife(life: EngineLife, event: EngineEvent): EngineLife {
  switch (event.kind) {
    case 'start':
      return life.kind === 'stopped' ? { kind: 'starting', failures: 0 } : life
    case 'answered':
      if (life.kind !== 'starting') return life
      return { kind: 'running', failures: life.failures, sinceMs: event.atMs }
    case 'exited':
      return afterExit(life, event.exit, event.atMs)
    case 'retry':
      return life.kind === 'crashed' ? { kind: 'starting', failures: life.failures } : life
    case 'stop':
      return life.kind === 'starting' || life.kind === 'running' ? { kind: 'stopping' } : stopped(life)
  }
}

function stopped(life: EngineLife): EngineLife {
  return life.kind === 'stopping' ? life : { kind: 'stopped' }
}

function afterExit(life: EngineLife, exit: EngineExit, atMs: number): EngineLife {
  if (life.kind === 'stopping') return { kind: 'stopped' }
  if (life.kind !== 'starting' && life.kind !== 'running') return life
  const wasWell = life.kind === 'running' && atMs - life.sinceMs >= WELL_AFTER_MS
  const failures = wasWell ? 1 : life.failures + 1
  return { kind: 'crashed', failures, retryInMs: retryAfterMs(failures), trouble: describeExit(exit) }
}

/** 1 s after the first failure, doubling to 60 s. */
export function retryAfterMs(failures: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1))
}

function describeExit(exit: EngineExit): string {
  const how = exit.status === undefined ? 'was ended' : `ended with status ${String(exit.status)}`
  return exit.lastWords === '' ? `The engine ${how}` : `The engine ${how}: ${exit.lastWords}`
}
