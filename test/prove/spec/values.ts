import type { Value } from './script.ts'

const TYPES: Readonly<Record<string, { readonly code: number; readonly bytes: number }>> = {
  i32: { code: 0x7f, bytes: 4 },
  i64: { code: 0x7e, bytes: 8 },
  f32: { code: 0x7d, bytes: 4 },
  f64: { code: 0x7c, bytes: 8 },
  v128: { code: 0x7b, bytes: 16 },
}
const LANE_BYTES: Readonly<Record<string, number>> = { i8: 1, i16: 2, i32: 4, i64: 8, f32: 4, f64: 8 }

export function isNumeric({ type }: Value): boolean {
  return type in TYPES
}

export function typeCode({ type }: Value): number {
  return typeOf(type).code
}

export function byteLength({ type }: Value): number {
  return typeOf(type).bytes
}

function typeOf(type: string): { readonly code: number; readonly bytes: number } {
  const known = TYPES[type]
  if (known === undefined) throw new Error(`no numeric type: ${type}`)
  return known
}

/** One lane or a scalar: its bit pattern, or what kind of NaN it must be. */
interface Part {
  readonly text: string
  readonly type: string
  readonly bytes: number
}

function parts({ type, lane_type: lane, value }: Value): Part[] {
  if (typeof value === 'string') return [{ text: value, type, bytes: typeOf(type).bytes }]
  const bytes = LANE_BYTES[lane ?? ''] ?? 4
  return (value ?? []).map((text) => ({ text, type: lane ?? 'i32', bytes }))
}

/** The little-endian bytes of a value that is given in full. */
export function bytesOf(value: Value): number[] {
  return parts(value).flatMap(({ text, bytes }) => {
    const bits = BigInt.asUintN(bytes * 8, BigInt(text))
    return Array.from({ length: bytes }, (_, at) => Number((bits >> BigInt(8 * at)) & 0xffn))
  })
}

/** Whether a value is a NaN, or has the bits of one. */
export function mentionsNan(value: Value): boolean {
  return parts(value).some(({ text, type }) => text.startsWith('nan') || isNanPattern(text, type))
}

function isNanPattern(text: string, type: string): boolean {
  if (type === 'f32' || type === 'i32') return (BigInt(text) & 0x7fff_ffffn) > 0x7f80_0000n
  return (
    (type === 'f64' || type === 'i64') && (BigInt(text) & 0x7fff_ffff_ffff_ffffn) > 0x7ff0_0000_0000_0000n
  )
}

/** Whether bytes that came out are what the script expects. */
export function matches(expected: Value, found: Uint8Array): boolean {
  let offset = 0
  for (const part of parts(expected)) {
    let bits = 0n
    for (let at = part.bytes - 1; at >= 0; at--) bits = (bits << 8n) | BigInt(found[offset + at] ?? 0)
    offset += part.bytes
    if (!partMatches(part, bits)) return false
  }
  return true
}

function partMatches({ text, type, bytes }: Part, bits: bigint): boolean {
  if (!text.startsWith('nan')) return BigInt.asUintN(bytes * 8, BigInt(text)) === bits
  const [sign, quiet] =
    type === 'f32' ? [0x7fff_ffffn, 0x7fc0_0000n] : [0x7fff_ffff_ffff_ffffn, 0x7ff8_0000_0000_0000n]
  const magnitude = bits & sign
  return text === 'nan:canonical' ? magnitude === quiet : (magnitude & quiet) === quiet
}
