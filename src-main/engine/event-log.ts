import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { LIMITS } from '../domain/limits.ts'
import { makePrivateDir } from './data-folder.ts'
import type { Log } from './ports.ts'

export interface EventLogInit {
  readonly logsDir: string
  /** One engine writes one log: `donor` or `publisher-<project>`. */
  readonly name: string
  readonly now: () => number
  /** When to start the next file. Default `LIMITS.logFileBytes`. */
  readonly fileBytes?: number
}

export interface EventLog {
  readonly log: Log
  /** Path of the file that is being written. */
  readonly path: string
  close(): void
}

/**
 * A file with one JSON object per line: `at` (ISO time), `level`, `event`, then the details. Fuel is written as text.
 * `LIMITS.logFiles` files: `<name>.jsonl`, then `.1` and `.2`, older ones gone. A disk that is full loses log lines, never
 * the engine.
 */
export function openEventLog({
  logsDir,
  name,
  now,
  fileBytes = LIMITS.logFileBytes,
}: EventLogInit): EventLog {
  makePrivateDir(logsDir)
  const path = join(logsDir, `${name}.jsonl`)
  let file: number | undefined = openSync(path, 'a', 0o600)
  let writtenBytes = fstatSync(file).size

  const rotate = (full: number): void => {
    closeSync(full)
    for (let age = LIMITS.logFiles - 1; age > 0; age--)
      rename(age === 1 ? path : `${path}.${String(age - 1)}`, `${path}.${String(age)}`)
    file = openSync(path, 'a', 0o600)
    writtenBytes = 0
  }
  return {
    path,
    log: (level, event, details) => {
      if (file === undefined) return
      const line = logLine(now(), level, event, details)
      try {
        if (writtenBytes > 0 && writtenBytes + line.byteLength > fileBytes) rotate(file)
        writtenBytes += writeSync(file, line)
      } catch {
        // There is no better place to report this than the log itself.
      }
    },
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function logLine(
  at: number,
  level: string,
  event: string,
  details: Readonly<Record<string, unknown>> = {},
): Buffer {
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return value.toString()
    if (value instanceof Error) return value.message
    return value
  }
  return Buffer.from(
    `${JSON.stringify({ at: new Date(at).toISOString(), level, event, ...details }, plain)}\n`,
  )
}
