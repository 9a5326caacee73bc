import { FUEL_PER_CREDIT, type Fuel } from '../domain/units.ts'

/** Numbers as people read them on a terminal; English, no colours. */

/** `1,234,567`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 unit`, `2 units`, `1,000 units`. */
export function quantity(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`
}

/** `12.3 credits`; three digits that matter, never rounded to zero. */
export function creditText(fuel: Fuel): string {
  const credits = Number(fuel) / Number(FUEL_PER_CREDIT)
  if (fuel > 0n && credits < 0.001) return 'under 0.001 credits'
  return `${shortNumber(credits)} credits`
}

/** `850`, `12.3 M`, `4.56 T`: fuel or any other large count. */
export function largeText(count: Fuel): string {
  const value = Number(count)
  for (const [unit, size] of [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`
  return String(value)
}

/** `0.4 s`, `12 s`, `3 min`, `5 h 20 min`, `2 days`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 100) return `${String(Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${String(minutes)} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48)
    return minutes % 60 === 0 ? `${String(hours)} h` : `${String(hours)} h ${String(minutes % 60)} min`
  return `${countText(Math.round(hours / 24))} days`
}

function shortNumber(value: number): string {
  if (value >= 1000) return countText(Math.round(value))
  return value >= 1 ? String(Number(value.toPrecision(3))) : String(Number(value.toFixed(3)))
}
