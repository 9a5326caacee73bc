import { checkArguments } from '../../domain/batch.ts'
import { LIMITS } from '../../domain/limits.ts'
import { isFileName, pathsProblem } from '../../domain/unit-file.ts'
import { checksOf } from './checks.ts'
import { badRecord, wireCodec } from './codec.ts'
import type { ByteRangeLayout } from './spec/index.js'

/**
 * The inputs of a batch are one stream of bytes in blocks of `LIMITS.inputBlockBytes`, the last one shorter: a salt, then
 * contents and entries as they come, then the table, a row for each unit in order. A row says where the unit's entry
 * lies, an entry where its contents lie; both only before the table.
 */

/** A part of the stream. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** What belongs to one unit, with places instead of bytes. */
export interface InputEntry {
  readonly name: string
  readonly args: readonly string[]
  readonly stdin: ByteRange
  readonly files: readonly { readonly path: string; readonly range: ByteRange }[]
}

/** u64 offset and u32 length of an entry, little endian. */
export const INPUT_ROW_BYTES = 12
/** Random bytes at the start keep equal inputs of two batches from being one core. */
export const INPUT_SALT_BYTES = 16

const check = checksOf('entry of inputs')
const entry = wireCodec<'@wire/input-entry', InputEntry>({
  what: 'entry of inputs',
  layout: '@wire/input-entry',
  maxBytes: LIMITS.inputEntryBytes,
  toLayout: (value) => value,
  fromLayout({ name, args, stdin, files }) {
    check.that(name === '' || (isFileName(name) && !name.includes('/')), 'has a name that no file may have')
    check.that(argumentsHold(args), 'has arguments that no app may get')
    check.that(files.length <= LIMITS.inputFiles, 'has too many files')
    check.that(pathsProblem(files) === undefined, 'has files that make no folder')
    const total = files.reduce((sum, { range }) => sum + rangeOf(range, LIMITS.inputFilesBytes).length, 0)
    check.that(total <= LIMITS.inputFilesBytes, 'has too large files')
    return {
      name,
      args,
      stdin: rangeOf(stdin, LIMITS.stdinBytes),
      files: files.map(({ path, range }) => ({ path, range })),
    }
  },
})

export const encodeInputEntry: (value: InputEntry) => Uint8Array = entry.encode
/** Whether its ranges lie in the stream is for {@link checkRange} to say. */
export const parseInputEntry: (bytes: Uint8Array) => InputEntry = entry.parse

/** Where the row of unit `index` lies in a stream of `byteLength` bytes for `count` units. */
export function inputRow(byteLength: number, count: number, index: number): ByteRange {
  return { offset: inputTableAt(byteLength, count) + index * INPUT_ROW_BYTES, length: INPUT_ROW_BYTES }
}

/** Where the table begins: what entries and contents must lie before. */
export function inputTableAt(byteLength: number, count: number): number {
  return byteLength - count * INPUT_ROW_BYTES
}

export function encodeInputRow({ offset, length }: ByteRange): Uint8Array {
  const bytes = new Uint8Array(INPUT_ROW_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(offset), true)
  view.setUint32(8, length, true)
  return bytes
}

/** Throws `bad-record` for an entry that is too long or not before the table. */
export function parseInputRow(bytes: Uint8Array, tableAt: number): ByteRange {
  if (bytes.byteLength !== INPUT_ROW_BYTES) throw badRecord('row of inputs', 'has another length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offset = view.getBigUint64(0, true)
  const length = view.getUint32(8, true)
  if (offset > BigInt(tableAt) || length > LIMITS.inputEntryBytes)
    throw badRecord('row of inputs', 'points out of them')
  return checkRange({ offset: Number(offset), length }, tableAt)
}

/** Throws `bad-record` unless the range ends before the table. */
export function checkRange(range: ByteRange, tableAt: number): ByteRange {
  if (range.offset + range.length > tableAt) throw badRecord('entry of inputs', 'points out of them')
  return range
}

function rangeOf({ offset, length }: ByteRangeLayout, maxLength: number): ByteRange {
  return {
    offset: check.whole('an offset', offset, 0, LIMITS.inputsBytes),
    length: check.whole('a length', length, 0, maxLength),
  }
}

function argumentsHold(args: readonly string[]): boolean {
  try {
    checkArguments(args)
    return true
  } catch {
    // Only whether they hold is asked here: a peer's own words are not repeated.
    return false
  }
}
