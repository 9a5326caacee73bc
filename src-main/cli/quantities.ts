import { isIPv4 } from 'node:net'
import { parseBootstrap, parseRelay } from '../contracts/wire/link.ts'
import { PowerswarmError } from '../domain/errors.ts'
import type { Hex32 } from '../domain/ids.ts'
import type { NetworkAddress } from '../domain/link.ts'

/** Readers of what people type after a flag. `name` is the flag; all throw `bad-argument` that names it. */

const BYTE_UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  kib: 1n << 10n,
  mib: 1n << 20n,
  gib: 1n << 30n,
  kb: 1000n,
  mb: 1_000_000n,
  gb: 1_000_000_000n,
}
const COUNT_UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 10n ** 3n,
  m: 10n ** 6n,
  g: 10n ** 9n,
  t: 10n ** 12n,
  p: 10n ** 15n,
}

/** `262144`, `256KiB`, `1.5 MiB`, `64kB`: a whole number of bytes within the limits, both included. */
export function parseBytes(text: string, name: string, min: number, max: number): number {
  const bytes = scaled(text, BYTE_UNITS)
  if (bytes === undefined) throw bad(`${name} takes a size such as 64KiB or 256MiB, not '${text}'`)
  if (bytes < BigInt(min) || bytes > BigInt(max))
    throw bad(`${name} must be from ${sizeText(min)} to ${sizeText(max)}, not ${text}`)
  return Number(bytes)
}

/** `1000000`, `1e12`, `2.5e9`, `5T`: a whole amount of fuel within the limits, both included. */
export function parseFuel(text: string, name: string, min: bigint, max: bigint): bigint {
  const fuel = scaled(text, COUNT_UNITS)
  if (fuel === undefined) throw bad(`${name} takes a number such as 5000000, 1e12 or 5T, not '${text}'`)
  if (fuel < min || fuel > max)
    throw bad(`${name} must be from ${fuelText(min)} to ${fuelText(max)}, not ${text}`)
  return fuel
}

/** A plain whole number within the limits, both included. */
export function parseWhole(text: string, name: string, min: number, max: number): number {
  if (!/^\d{1,15}$/.test(text)) throw bad(`${name} takes a whole number, not '${text}'`)
  const value = Number(text)
  if (value < min || value > max)
    throw bad(`${name} must be from ${String(min)} to ${String(max)}, not ${text}`)
  return value
}

/** `host:port,…`. */
export function parseAddresses(text: string, name: string): readonly NetworkAddress[] {
  try {
    return parseBootstrap(text.trim().toLowerCase())
  } catch (cause) {
    throw new PowerswarmError('bad-argument', `${name} takes host:port,host:port,…, not '${text}'`, { cause })
  }
}

/** A relay's key as `powerswarm relay` prints it. */
export function parseRelayKey(text: string, name: string): Hex32 {
  try {
    return parseRelay(text.trim().toLowerCase())
  } catch (cause) {
    throw new PowerswarmError('bad-argument', `${name} takes the key that 'powerswarm relay' prints`, {
      cause,
    })
  }
}

/** An IPv4 address of this machine, such as `10.0.0.5`: sockets of the swarm take no names. */
export function parseHost(text: string, name: string): string {
  if (!isIPv4(text)) throw bad(`${name} takes an IPv4 address such as 10.0.0.5, not '${text}'`)
  return text
}

/** `256 MiB`, `64 KiB`, `100 bytes`: the largest unit that leaves a whole number. */
export function sizeText(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const)
    if (bytes >= size && bytes % size === 0) return `${String(bytes / size)} ${unit}`
  return bytes === 1 ? '1 byte' : `${String(bytes)} bytes`
}

/** `1e12` for round amounts, plain digits otherwise. */
function fuelText(fuel: bigint): string {
  const digits = fuel.toString()
  const zeros = digits.length - digits.replace(/0+$/, '').length
  return zeros >= 6 ? `${digits.slice(0, -zeros)}e${String(zeros)}` : digits
}

/** Decimal digits, a fraction, an exponent and a unit; exact. Undefined when it is none or not whole. */
function scaled(text: string, units: Readonly<Record<string, bigint>>): bigint | undefined {
  const match = /^(\d{1,20})(?:\.(\d{1,20}))?(?:e\+?(\d{1,2}))? ?([a-z]*)$/.exec(text.trim().toLowerCase())
  if (!match) return undefined
  const [, whole = '', fraction = '', exponent = '0', unitName = ''] = match
  const unit = Object.hasOwn(units, unitName) ? units[unitName] : undefined
  if (unit === undefined) return undefined
  const numerator = BigInt(whole + fraction) * 10n ** BigInt(exponent) * unit
  const denominator = 10n ** BigInt(fraction.length)
  return numerator % denominator === 0n ? numerator / denominator : undefined
}

function bad(message: string): PowerswarmError {
  return new PowerswarmError('bad-argument', message)
}
