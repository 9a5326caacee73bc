import {
  checkRange,
  inputRow,
  inputTableAt,
  parseInputEntry,
  parseInputRow,
  type ByteRange,
  type InputEntry,
} from '../../../../contracts/wire/inputs.ts'
import { PowerswarmError } from '../../../../domain/errors.ts'
import { LIMITS } from '../../../../domain/limits.ts'
import type { UnitInputs } from '../../../../domain/unit-inputs.ts'

const BLOCK = LIMITS.inputBlockBytes

/** Where blocks come from. */
export interface BlockSource {
  /** Says which blocks are needed next, before they are asked for one by one. */
  want(blocks: readonly number[]): Promise<void>
  get(block: number): Promise<Uint8Array>
}

/** The stream that is read: of that many bytes, for that many units. */
export interface InputStream {
  readonly byteLength: number
  readonly units: number
}

/** Reads what a unit is called and its own arguments. Throws as {@link readUnitInputs} does. */
export async function readInputEntry(
  source: BlockSource,
  { byteLength, units }: InputStream,
  index: number,
): Promise<InputEntry> {
  const tableAt = inputTableAt(byteLength, units)
  const row = await read(source, inputRow(byteLength, units, index))
  return parseInputEntry(await read(source, parseInputRow(row, tableAt)))
}

/**
 * Reads what belongs to one unit and nothing else. Throws `bad-record` where the stream contradicts itself, and what the
 * source throws.
 */
export async function readUnitInputs(
  source: BlockSource,
  stream: InputStream,
  index: number,
): Promise<UnitInputs> {
  const tableAt = inputTableAt(stream.byteLength, stream.units)
  const { name, args, stdin, files } = await readInputEntry(source, stream, index)
  const ranges = [stdin, ...files.map(({ range }) => range)].map((range) => checkRange(range, tableAt))
  await source.want([...new Set(ranges.flatMap(blocksOf))])
  return {
    name,
    args,
    stdin: await join(source, stdin),
    files: await inOrder(files, async ({ path, range }) => ({ path, bytes: await join(source, range) })),
  }
}

async function read(source: BlockSource, range: ByteRange): Promise<Uint8Array> {
  await source.want(blocksOf(range))
  return join(source, range)
}

async function join(source: BlockSource, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.length)
  for (const block of blocksOf(range)) {
    const content = await source.get(block)
    const start = block * BLOCK
    const from = Math.max(range.offset, start)
    const to = Math.min(range.offset + range.length, start + BLOCK)
    if (content.byteLength < to - start)
      throw new PowerswarmError('bad-record', 'Bad inputs: a block is shorter than announced')
    bytes.set(content.subarray(from - start, to - start), from - range.offset)
  }
  return bytes
}

function blocksOf({ offset, length }: ByteRange): number[] {
  if (length === 0) return []
  const first = Math.floor(offset / BLOCK)
  const last = Math.floor((offset + length - 1) / BLOCK)
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

async function inOrder<T, R>(list: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const each of list) results.push(await work(each))
  return results
}
