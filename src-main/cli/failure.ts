import { CommanderError } from 'commander'
import { displayLine } from '../domain/display-text.ts'
import { errorCode, type ErrorCode } from '../domain/errors.ts'

export const EXIT_OK = 0
export const EXIT_FAILURE = 1
export const EXIT_USAGE = 2

/** A failure as the command line tells it: one line, never a stack. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly exitCode: number
}

const USAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['bad-argument', 'bad-link', 'bad-preference'])
const MESSAGE_CHARS = 500

/** Undefined when nothing failed: commander throws for `--help` and `--version` too. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined
    return {
      code: 'bad-argument',
      message: line(error.message.replace(/^error: /, '')),
      exitCode: EXIT_USAGE,
    }
  }
  const code = errorCode(error)
  const text = error instanceof Error ? error.message : String(error)
  const message = line(code === 'internal' ? `internal error: ${text}` : text)
  return { code, message, exitCode: USAGE.has(code) ? EXIT_USAGE : EXIT_FAILURE }
}

function line(text: string): string {
  return displayLine(text.replace(/\s*\n\s*/g, ' '), MESSAGE_CHARS)
}
