import type { Fuel } from '../../src-main/domain/units.ts'

/** Text for people. Credit is always rounded down: a view never shows more than the ledger holds. */

const FUEL_PER_TEN_THOUSANDTH = 100_000_000n
const grouped = new Intl.NumberFormat('en-GB')

/** Fuel as credit (10^12 fuel) with at most five digits that matter: `0.0042`, `12.34`, `812.5`, `48,112`. */
export function formatCredit(fuel: Fuel): string {
  if (fuel === 0n) return '0'
  const tenThousandths = fuel / FUEL_PER_TEN_THOUSANDTH
  if (tenThousandths === 0n) return '< 0.0001'
  const whole = tenThousandths / 10_000n
  const places = whole === 0n ? 4 : whole < 100n ? 2 : whole < 10_000n ? 1 : 0
  if (places === 0) return grouped.format(whole)
  const decimals = (tenThousandths % 10_000n).toString().padStart(4, '0').slice(0, places)
  return `${grouped.format(whole)}.${decimals}`
}

/** The exact amount, for tooltips: `1,284,000,000,000 fuel`. */
export function formatFuel(fuel: Fuel): string {
  return `${grouped.format(fuel)} fuel`
}

/** A whole number with its groups set apart: `12,345`. */
export function formatCount(count: number): string {
  return grouped.format(count)
}

/** `1 unit`, `3 units`. */
export function formatUnits(count: number): string {
  return count === 1 ? '1 unit' : `${formatCount(count)} units`
}

/** Milliseconds as two neighbouring quantities at most: `8 s`, `4 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${String(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${String(minutes)} min ${twoDigits(seconds % 60)} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${String(hours)} h ${twoDigits(minutes % 60)} min`
  return `${String(Math.floor(hours / 24))} d ${String(hours % 24)} h`
}

/** Seconds of a preference as a person would say them: `45 seconds`, `3 minutes`, `1 hour`. */
export function formatPeriod(seconds: number): string {
  if (seconds % 3600 === 0) return plural(seconds / 3600, 'hour')
  if (seconds % 60 === 0) return plural(seconds / 60, 'minute')
  return plural(seconds, 'second')
}

/** A fraction 0..1 as whole per cent, rounded down so that 100 % means done. */
export function percent(fraction: number): number {
  return Math.floor(Math.min(1, Math.max(0, fraction)) * 100)
}

/** Arguments as one line. An empty list reads `no arguments`. */
export function formatArguments(args: readonly string[]): string {
  return args.length === 0 ? 'no arguments' : args.join(' ')
}

/** Shortens from the middle so that both ends of a long argument can be compared. */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const head = Math.ceil((maxChars - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (maxChars - 1 - head))}`
}

/** Local wall time, `14:05`. */
export function formatClock(at: Date): string {
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${String(count)} ${noun}s`
}
