import type { Failure } from './failure.ts'

/** Where a command writes. `isTerminal`: a person may be looking, and lines may be overwritten. */
export interface Terminal {
  write(text: string | Uint8Array): void
  readonly isTerminal: boolean
  readonly columns: number
}

/**
 * What a command says. The answer goes to standard output, alone, so that it can be piped; talk goes to standard
 * error. `--json` turns the answer into one JSON object a line, `--quiet` drops the talk.
 */
export interface Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly answers: Terminal
  readonly talk: Terminal
  /** `value` for programs, `lines` for people. */
  answer(value: unknown, lines: readonly string[]): void
  /** A line about what is going on. */
  note(line: string): void
  fail(failure: Failure): void
}

export interface OutputInit {
  readonly json: boolean
  readonly quiet: boolean
  readonly answers: Terminal
  readonly talk: Terminal
}

export function createOutput({ json, quiet, answers, talk }: OutputInit): Output {
  return {
    json,
    quiet,
    answers,
    talk,
    answer: (value, lines) => {
      if (json) answers.write(`${jsonLine(value)}\n`)
      else for (const line of lines) answers.write(`${line}\n`)
    },
    note: (line) => {
      if (!quiet) talk.write(`${line}\n`)
    },
    fail: ({ code, message }) => {
      talk.write(json ? `${jsonLine({ error: { code, message } })}\n` : `powerswarm: ${message}\n`)
    },
  }
}

/** Fuel exceeds what JSON numbers carry exactly, so it is written as text. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))
}
