import { PowerswarmError } from '../domain/errors.ts'
import type { UnixMs } from '../domain/units.ts'

const PRIORITY_MAX = 1000
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/

/** `--priority`: a whole number, negative ones come last. Throws `bad-argument`. */
export function parsePriority(text: string): number {
  const value = Number(text)
  if (!/^-?\d{1,4}$/.test(text) || Math.abs(value) > PRIORITY_MAX)
    throw bad(
      `--priority takes a whole number from -${String(PRIORITY_MAX)} to ${String(PRIORITY_MAX)}, not '${text}'`,
    )
  return value
}

/** `--deadline`: a date, or a date and a time; without a zone it is this machine's. Throws `bad-argument`. */
export function parseDeadline(text: string | undefined, now: UnixMs): UnixMs | undefined {
  if (text === undefined) return undefined
  const time = Date.parse(text.includes('T') ? text : `${text}T23:59:59`)
  if (!DATE.test(text) || Number.isNaN(time))
    throw bad(`--deadline takes a date such as 2027-03-01 or 2027-03-01T18:00, not '${text}'`)
  if (time <= now) throw bad(`--deadline ${text} is over`)
  return time
}

function bad(message: string): PowerswarmError {
  return new PowerswarmError('bad-argument', message)
}
