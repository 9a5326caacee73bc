import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { PowerswarmError } from '../../../domain/errors.ts'
import { bytesToHex, hexToBytes, type Hex32, type ProjectKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { MIB } from '../../../domain/units.ts'
import type { SavedUnit, SnapshotSubject } from '../../ports.ts'

/**
 * A snapshot's file: a header of {@link HEADER_BYTES} bytes, then the compressed snapshot. Numbers are little endian,
 * texts are ASCII, filled up with zeros. The digest covers every byte of the file but itself: where it is right, the file
 * is what was written, whole. It is no signature. Whoever can write into the folder can write a right one, and what a
 * slot goes on from is checked there.
 *
 *     0  magic, 8 bytes                  112  fuel, u64
 *     8  format, u32                     120  fraction, f64; NaN: none
 *    12  rewriter version, u32           128  bytes of the snapshot, u32
 *    16  project key, 32 bytes           132  bytes of it compressed, u32
 *    48  rewritten module's hash, 32     136  processor architecture, 16
 *    80  unit: batch, u64                152  program version, 32
 *    88  unit: index, u64                184  SHA-256, 32
 *    96  saved at, u64                   216  the compressed snapshot
 *   104  computed ms, u64
 */
export const HEADER_BYTES = 216
export const FORMAT = 1
const MAGIC = 'PWRSNAP\n'
const DIGEST_AT = 184

/** What may read a snapshot: states are exchanged between equal programs on equal processors only. */
export interface SnapshotReader {
  /** `process.arch`. Snapshots do not depend on it as far as tests tell; nothing is gained by relying on that. */
  readonly arch: string
  /** Its version. Another one may answer a system call otherwise: a unit of two halves would agree with no other donor. */
  readonly program: string
}

export interface SnapshotHeader extends SnapshotSubject, SnapshotReader, Omit<SavedUnit, 'bytes'> {
  readonly savedAt: number
  readonly snapshotBytes: number
  readonly compressedBytes: number
}

/** The file's header, complete with its digest. Throws a RangeError for what has no place in it. */
export async function encodeHeader(header: SnapshotHeader, compressed: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  putText(bytes, 0, 8, MAGIC)
  view.setUint32(8, FORMAT, true)
  view.setUint32(12, header.rewriterVersion, true)
  bytes.set(hexToBytes(header.projectKey), 16)
  bytes.set(hexToBytes(header.rewrittenHash), 48)
  view.setBigUint64(80, BigInt(header.unit.batch), true)
  view.setBigUint64(88, BigInt(header.unit.index), true)
  view.setBigUint64(96, BigInt(header.savedAt), true)
  view.setBigUint64(104, BigInt(Math.round(header.computedMs)), true)
  view.setBigUint64(112, header.fuel, true)
  view.setFloat64(120, header.fraction ?? Number.NaN, true)
  view.setUint32(128, header.snapshotBytes, true)
  view.setUint32(132, header.compressedBytes, true)
  putText(bytes, 136, 16, header.arch)
  putText(bytes, 152, 32, header.program)
  bytes.set(await digest(bytes, compressed), DIGEST_AT)
  return bytes
}

/** Reads the start of a file; what follows the header is not looked at. Throws `snapshot-unusable` with the reason. */
export function parseHeader(file: Uint8Array): SnapshotHeader {
  if (file.byteLength < HEADER_BYTES) throw unusable('it is cut off')
  const view = new DataView(file.buffer, file.byteOffset, HEADER_BYTES)
  if (textAt(file, 0, 8) !== MAGIC) throw unusable('it is no snapshot')
  const format = view.getUint32(8, true)
  if (format !== FORMAT) throw unusable(`it has format ${String(format)}`)
  const fraction = view.getFloat64(120, true)
  if (!Number.isNaN(fraction) && !(fraction >= 0 && fraction <= 1)) throw unusable('its progress is no share')
  const header: SnapshotHeader = {
    rewriterVersion: view.getUint32(12, true),
    projectKey: bytesToHex(file.subarray(16, 48)) as ProjectKey,
    rewrittenHash: bytesToHex(file.subarray(48, 80)) as Hex32,
    unit: { batch: wholeAt(view, 80), index: wholeAt(view, 88) },
    savedAt: wholeAt(view, 96),
    computedMs: wholeAt(view, 104),
    fuel: view.getBigUint64(112, true),
    ...(Number.isNaN(fraction) ? {} : { fraction }),
    snapshotBytes: view.getUint32(128, true),
    compressedBytes: view.getUint32(132, true),
    arch: textAt(file, 136, 16),
    program: textAt(file, 152, 32),
  }
  if (header.snapshotBytes > LIMITS.snapshotBytes) throw unusable('it is too large')
  if (header.fuel > LIMITS.fuelPerUnit) throw unusable('no unit has that much fuel')
  return header
}

/** The compressed snapshot in a whole file. Throws `snapshot-unusable` when a single bit of the file has changed. */
export async function compressedPart(file: Uint8Array, header: SnapshotHeader): Promise<Uint8Array> {
  const compressed = file.subarray(HEADER_BYTES)
  if (compressed.byteLength !== header.compressedBytes) throw unusable('it is cut off')
  const found = file.subarray(DIGEST_AT, HEADER_BYTES)
  const expected = await digest(file, compressed)
  if (!expected.every((byte, i) => byte === found[i])) throw unusable('it is damaged')
  return compressed
}

/** Why a snapshot is of no use here, or undefined when it is. `subject` without hash and version: any module will do. */
export function mismatch(
  header: SnapshotHeader,
  subject: Pick<SnapshotSubject, 'projectKey' | 'unit'> & Partial<SnapshotSubject>,
  reader: SnapshotReader,
): string | undefined {
  const { unit, projectKey, rewrittenHash, rewriterVersion } = subject
  const sameUnit = header.unit.batch === unit.batch && header.unit.index === unit.index
  if (!sameUnit || header.projectKey !== projectKey) return 'it is of another unit'
  if (header.arch !== reader.arch) return `it is from a processor of type ${header.arch}`
  if (header.program !== reader.program) return `it is from version ${header.program} of the program`
  if (rewrittenHash !== undefined && header.rewrittenHash !== rewrittenHash) return 'it is of another module'
  if (rewriterVersion !== undefined && header.rewriterVersion !== rewriterVersion)
    return `it is from rewriter version ${String(header.rewriterVersion)}`
  return undefined
}

export function unusable(reason: string, cause?: unknown): PowerswarmError {
  return new PowerswarmError('snapshot-unusable', `A snapshot cannot be used: ${reason}`, { cause })
}

/** Some milliseconds of hashing. */
const HASHED_AT_A_TIME = 4 * MIB

/** In pieces, between which the engine does other things. */
async function digest(header: Uint8Array, compressed: Uint8Array): Promise<Uint8Array> {
  const hash = createHash('sha256').update(header.subarray(0, DIGEST_AT))
  for (let at = 0; at < compressed.length; at += HASHED_AT_A_TIME) {
    if (at > 0) await setImmediate()
    hash.update(compressed.subarray(at, at + HASHED_AT_A_TIME))
  }
  return hash.digest()
}

function putText(bytes: Uint8Array, at: number, room: number, text: string): void {
  if (text.length > room || !/^[\n -~]*$/.test(text)) throw new RangeError(`no room for '${text}'`)
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}

/** Only printable ASCII, because it is shown in the log; '' for anything else. */
function textAt(bytes: Uint8Array, at: number, room: number): string {
  const text = String.fromCharCode(...bytes.subarray(at, at + room)).replace(/\0+$/, '')
  return /^[\n -~]*$/.test(text) ? text : ''
}

function wholeAt(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw unusable('a number in it is out of range')
  return Number(value)
}
