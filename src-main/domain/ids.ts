/** 32 bytes as 64 lowercase hexadecimal digits: the in-app form of every key and hash. On the wire they are bytes. */
export type Hex32 = string & { readonly __hex32: true }
/** A publisher's public key; names the project. */
export type ProjectKey = Hex32 & { readonly __projectKey: true }
/** A donor's public key in one project. */
export type DonorKey = Hex32 & { readonly __donorKey: true }
/** SHA-256 of a module's original bytes. */
export type ModuleHash = Hex32 & { readonly __moduleHash: true }

const HEX32 = /^[0-9a-f]{64}$/

export function isHex32(text: unknown): text is Hex32 {
  return typeof text === 'string' && HEX32.test(text)
}

/** Throws a RangeError on anything but 64 lowercase hexadecimal digits: for values this program made itself. */
export function hex32<K extends Hex32 = Hex32>(text: string): K {
  if (!HEX32.test(text)) throw new RangeError('expected 32 bytes in lowercase hexadecimal')
  return text as K
}

const DIGITS = '0123456789abcdef'

export function bytesToHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15)
  return text
}

/** Inverse of {@link bytesToHex}. Throws a RangeError on an odd length or a foreign character. */
export function hexToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length >> 1)
  let fault = text.length & 1
  for (let i = 0; i < bytes.length; i++) {
    const [high, low] = [digitAt(text, 2 * i), digitAt(text, 2 * i + 1)]
    fault |= (high | low) & ~15
    bytes[i] = (high << 4) | low
  }
  if (fault !== 0) throw new RangeError('expected lowercase hexadecimal')
  return bytes
}

/** −1 where there is no digit. */
function digitAt(text: string, i: number): number {
  const code = text.charCodeAt(i)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

/** Numbers a batch within its project, from 0 in the order of the project core. */
export type BatchNumber = number

/**
 * One work unit: `index` counts from 0 inside its batch (it is not the range's own number).
 * Plain data; compare by {@link unitText}.
 */
export interface UnitId {
  readonly batch: BatchNumber
  readonly index: number
}

/** `"3.17"`: unit 17 of batch 3. Unique within a project. */
export function unitText(unit: UnitId): string {
  return `${String(unit.batch)}.${String(unit.index)}`
}

/** Orders units by batch, then index: the order of Merkle leaves and result files. */
export function compareUnits(a: UnitId, b: UnitId): number {
  return a.batch - b.batch || a.index - b.index
}
