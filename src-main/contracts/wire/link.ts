import { PowerswarmError } from '../../domain/errors.ts'
import { bytesToHex, hexToBytes, type Hex32, type ProjectKey } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { Link, NetworkAddress } from '../../domain/link.ts'
import { decodeZBase32, encodeZBase32 } from '../../domain/z-base-32.ts'

/** `powerswarm://<key>[/][?bootstrap=host:port,…][&relay=key]`; described field by field in README.md. */

const SCHEME = 'powerswarm://'
const KEY_BYTES = 32
const CHECKSUM_BYTES = 2
const KEY_CHARS = 55
const RELAY_CHARS = 52
const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

/** The canonical text of a link: equal links, equal texts. Throws `bad-link` for a bootstrap list no text can carry. */
export function formatLink(link: Link): string {
  const key = hexToBytes(link.projectKey)
  const checked = new Uint8Array(KEY_BYTES + CHECKSUM_BYTES)
  checked.set(key)
  checked.set(checksum(key), KEY_BYTES)
  const parameters: string[] = []
  if (link.bootstrap) {
    const addresses = link.bootstrap.map((address) => `${address.host.toLowerCase()}:${String(address.port)}`)
    parseBootstrap(addresses.join(','))
    parameters.push(`bootstrap=${addresses.join(',')}`)
  }
  if (link.relay !== undefined) parameters.push(`relay=${formatRelay(link.relay)}`)
  return SCHEME + encodeZBase32(checked) + (parameters.length > 0 ? `?${parameters.join('&')}` : '')
}

/**
 * Reads a link as people paste it: white space around it, a slash after the key and capitals (from QR codes) will do.
 * Throws `bad-link` with one line that says what is wrong and where.
 */
export function parseLink(text: string): Link {
  if (text.length > LIMITS.linkChars) throw bad(`it is longer than ${String(LIMITS.linkChars)} characters`)
  const link = text.trim().toLowerCase()
  if (!link.startsWith(SCHEME)) throw bad(`it does not start with ${SCHEME}`)
  const rest = link.slice(SCHEME.length)
  const mark = rest.indexOf('?')
  const key = (mark < 0 ? rest : rest.slice(0, mark)).replace(/\/$/, '')
  return { projectKey: parseKey(key), ...parseParameters(mark < 0 ? '' : rest.slice(mark + 1)) }
}

function parseKey(text: string): ProjectKey {
  const bytes = decode(text, 'project key', KEY_CHARS, KEY_BYTES + CHECKSUM_BYTES)
  const key = bytes.subarray(0, KEY_BYTES)
  const expected = checksum(key)
  if (bytes[KEY_BYTES] !== expected[0] || bytes[KEY_BYTES + 1] !== expected[1])
    throw bad('the checksum of the project key does not match; a character is wrong')
  return bytesToHex(key) as ProjectKey
}

function parseParameters(text: string): Omit<Link, 'projectKey'> {
  const found: { bootstrap?: readonly NetworkAddress[]; relay?: Hex32 } = {}
  if (text === '') return found
  for (const parameter of text.split('&')) {
    const equals = parameter.indexOf('=')
    const name = equals < 0 ? parameter : parameter.slice(0, equals)
    const value = equals < 0 ? '' : parameter.slice(equals + 1)
    if (name === 'bootstrap' && !found.bootstrap) found.bootstrap = parseBootstrap(value)
    else if (name === 'relay' && found.relay === undefined) found.relay = parseRelay(value)
    else throw bad(`'${name.slice(0, 20)}' is ${Object.hasOwn(found, name) ? 'there twice' : 'unknown'}`)
  }
  return found
}

/** A relay's key as links and flags carry it: 52 characters of z-base-32. Throws `bad-link`. */
export function parseRelay(text: string): Hex32 {
  return bytesToHex(decode(text, 'relay key', RELAY_CHARS, KEY_BYTES)) as Hex32
}

export function formatRelay(relay: Hex32): string {
  return encodeZBase32(hexToBytes(relay))
}

/** `host:port,…` as links and flags carry it. Throws `bad-link`, naming the address. */
export function parseBootstrap(text: string): readonly NetworkAddress[] {
  const parts = text.split(',')
  if (parts.length > LIMITS.linkBootstraps)
    throw bad(`it has more than ${String(LIMITS.linkBootstraps)} bootstrap addresses`)
  return parts.map((part, index) => {
    const colon = part.lastIndexOf(':')
    const host = colon < 0 ? part : part.slice(0, colon)
    const port = colon < 0 ? '' : part.slice(colon + 1)
    if (!HOST.test(host)) throw bad(`bootstrap address ${String(index + 1)} has no valid host`)
    if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535)
      throw bad(`bootstrap address ${String(index + 1)} needs a port from 1 to 65535`)
    return { host, port: Number(port) }
  })
}

function decode(text: string, name: string, chars: number, byteLength: number): Uint8Array {
  if (text.length !== chars)
    throw bad(`the ${name} has ${String(text.length)} characters instead of ${String(chars)}`)
  const decoded = decodeZBase32(text, byteLength)
  if ('badAt' in decoded)
    throw bad(`character ${String(decoded.badAt + 1)} of the ${name} is not one that a link uses there`)
  return decoded.bytes
}

/** CRC-16/CCITT-FALSE, high byte first: finds every single wrong character and every swap of two neighbours. */
function checksum(bytes: Uint8Array): Uint8Array {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return Uint8Array.of(crc >> 8, crc & 0xff)
}

function bad(reason: string): PowerswarmError {
  return new PowerswarmError('bad-link', `This is not a valid Powerswarm link: ${reason}`)
}
