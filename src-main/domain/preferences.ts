import { PowerswarmError } from './errors.ts'

/** What the donor can set. Durations are stored in seconds, whatever unit a view shows. */
export interface Preferences {
  readonly runWhen: 'idle' | 'always' | 'never'
  readonly idleSeconds: number
  /** Slots at most; 0 stands for "all but one". */
  readonly cores: number
  readonly cpuSharePercent: number
  /** Work to lease ahead, so that slots go on while publishers are away; 0 = a minute's. */
  readonly workBufferHours: number
  /** Network bytes a day in both directions, in units of 1,000,000; 0 = no limit. */
  readonly networkLimitMBPerDay: number
  readonly screensaver: boolean
  readonly screensaverSeconds: number
}

export const DEFAULT_PREFERENCES: Preferences = {
  runWhen: 'idle',
  idleSeconds: 180,
  cores: 0,
  cpuSharePercent: 100,
  workBufferHours: 6,
  networkLimitMBPerDay: 0,
  screensaver: true,
  screensaverSeconds: 300,
}

type Check = (value: unknown) => string | undefined

const wholeNumber =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `must be a whole number from ${String(min)} to ${String(max)}`
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value) ? undefined : `must be one of ${words.join(', ')}`

const CHECKS: Readonly<Record<keyof Preferences, Check>> = {
  runWhen: oneOf('idle', 'always', 'never'),
  idleSeconds: wholeNumber(1, 86_400),
  cores: wholeNumber(0, 1024),
  cpuSharePercent: wholeNumber(1, 100),
  workBufferHours: wholeNumber(0, 6),
  networkLimitMBPerDay: wholeNumber(0, 10_000_000),
  screensaver: flag,
  screensaverSeconds: wholeNumber(1, 86_400),
}

/**
 * Checks a partial set of preferences from a file, a flag or a view.
 * Throws `bad-preference`, naming the key, for an unknown key or a wrong value; nothing is half-applied.
 */
export function parsePreferences(raw: unknown): Partial<Preferences> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new PowerswarmError('bad-preference', 'Preferences must be an object of names and values')
  for (const [key, value] of Object.entries(raw)) {
    if (!Object.hasOwn(CHECKS, key))
      throw new PowerswarmError('bad-preference', `There is no preference named '${key}'`, {
        details: { key },
      })
    const fault = CHECKS[key as keyof Preferences](value)
    if (fault !== undefined)
      throw new PowerswarmError('bad-preference', `Preference '${key}' ${fault}`, { details: { key } })
  }
  return raw
}
