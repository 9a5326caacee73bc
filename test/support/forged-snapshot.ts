import { WASM_PAGE_BYTES } from '../../src-main/domain/units.ts'
import { ByteSink } from '../../src-main/slot/program/snapshot/byte-sink.ts'
import { ByteSource } from '../../src-main/slot/program/snapshot/byte-source.ts'
import { checksum } from '../../src-main/slot/program/snapshot/checksum.ts'
import { readWasi, writeWasi } from '../../src-main/slot/program/snapshot/saved-wasi-codec.ts'
import { Choice } from './random-module/choice.ts'

/**
 * A snapshot as its format lays it out, in parts that can be changed one by one. Magic, version and identity are left
 * as they are: what has others is refused before anything of it is read.
 */
interface Parts {
  identity: Uint8Array
  /** Fuel, time, progress, size of the memory. */
  head: Uint8Array
  stack: Uint8Array
  wasi: Uint8Array
  /** Numbers of the saved pages. */
  pages: Uint8Array
  memory: Uint8Array
}

const IDENTITY_BYTES = 72
const HEAD_BYTES = 28
/** What the stack begins with: see CHECKPOINT_ABI. */
const GLOBALS_AT = 16

function partsOf(snapshot: Uint8Array): Parts {
  const source = new ByteSource(snapshot.subarray(0, snapshot.length - 4))
  const identity = source.raw(IDENTITY_BYTES)
  const head = source.raw(HEAD_BYTES)
  const stack = source.bytes()
  const wasi = source.bytes()
  const pages = source.raw(4 * source.u32())
  source.raw(source.left % 4)
  return { identity, head, stack, wasi, pages, memory: source.raw(source.left) }
}

/** With lengths that are right, and a right checksum. */
function joined({ identity, head, stack, wasi, pages, memory }: Parts): Uint8Array<ArrayBuffer> {
  const sink = new ByteSink().raw(identity).raw(head).bytes(stack).bytes(wasi)
  sink.u32(pages.length >> 2).raw(pages)
  sink.raw(new Uint8Array(-sink.taken().length & 3)).raw(memory)
  return sealed(sink.raw(new Uint8Array(4)).taken())
}

/** Writes the checksum into the last word; bytes that are no whole words lose some. */
function sealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = bytes.slice(0, bytes.length & ~3)
  const length = whole.length - 4
  if (length >= 0) new DataView(whole.buffer).setUint32(length, checksum(whole, length), true)
  return whole
}

/** One to three changes that a hand could make, by a seed; the checksum is right. */
export function forgedSnapshot(genuine: Uint8Array, seed: number): Uint8Array<ArrayBuffer> {
  const choice = new Choice(seed)
  const parts = partsOf(genuine)
  for (let changes = 1 + choice.below(3); changes > 0; changes--)
    CHANGES[choice.below(CHANGES.length)]?.(parts, choice)
  const forged = joined(parts)
  // Lengths that are wrong.
  if (!choice.chance(16)) return forged
  const tail = forged.slice(IDENTITY_BYTES + HEAD_BYTES)
  return sealed(spliced(forged, IDENTITY_BYTES + HEAD_BYTES, forged.length, changedBytes(tail, choice)))
}

type Change = (parts: Parts, choice: Choice) => void

/** The stack and the state of WASI are what a forger would look at first. */
const CHANGES: readonly Change[] = [
  (parts, choice) => {
    parts.head = replaced(parts.head, choice)
  },
  (parts, choice) => {
    parts.stack = changedWithin(parts.stack, GLOBALS_AT, 64, choice)
  },
  (parts, choice) => {
    parts.stack = changedWithin(parts.stack, GLOBALS_AT, Infinity, choice)
  },
  (parts, choice) => {
    parts.stack = changedBytes(parts.stack, choice)
  },
  (parts, choice) => {
    parts.wasi = changedBytes(parts.wasi, choice)
  },
  changeField,
  changeField,
  (parts, choice) => {
    parts.pages = changedBytes(parts.pages, choice)
  },
  (parts, choice) => {
    parts.memory = replaced(parts.memory, choice)
  },
  changeSize,
]

/** More or fewer pages of the unit's memory than it has. */
function changeSize(parts: Parts, choice: Choice): void {
  const head = parts.head.slice()
  const sizes = [0, 1, 2, 17, 255, 256, 257, (2 ** 31 / WASM_PAGE_BYTES) | 0, 2 ** 16, 2 ** 32 - 1]
  new DataView(head.buffer).setUint32(HEAD_BYTES - 4, choice.pick(sizes), true)
  parts.head = head
}

/** Any field of the state of WASI, at any depth. */
function changeField(parts: Parts, choice: Choice): void {
  let saved
  try {
    saved = readWasi(new ByteSource(parts.wasi))
  } catch {
    // Another change was here before.
    return
  }
  const sink = new ByteSink()
  try {
    writeWasi(sink, changedValue(saved, choice) as typeof saved)
    parts.wasi = sink.taken()
  } catch {
    // There is no way to write that: nothing to read either.
  }
}

const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  255,
  256,
  1024,
  2 ** 24,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  -1,
  0.5,
  NaN,
]
const BIGINTS = [0n, 1n, 2n, 64n, 2n ** 24n, 2n ** 31n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n]
const TEXTS = [
  '',
  '.',
  '..',
  '/',
  'a',
  'b',
  '/in',
  '/out',
  '../..',
  '\0',
  'a/b',
  '\ufeff',
  'n'.repeat(255),
  'n'.repeat(5000),
]

/** The same with one leaf changed, or an item of a list gone, twice or out of place. */
function changedValue(value: unknown, choice: Choice): unknown {
  if (typeof value === 'number') return choice.chance(2) ? choice.pick(NUMBERS) : value + choice.pick([-1, 1])
  if (typeof value === 'bigint')
    return choice.chance(2) ? choice.pick(BIGINTS) : value ^ (1n << BigInt(choice.below(64)))
  if (typeof value === 'string')
    return choice.pick([...TEXTS, 'file', 'directory', 'symlink', 'input', 'stdout', 'stderr'])
  if (value === undefined) return choice.pick([undefined, 1, '/out', ['.', '..']])
  if (value instanceof Uint8Array) return changedBytes(value, choice)
  if (value instanceof Uint32Array) return value.map((word) => (choice.chance(2) ? word : choice.bits()))
  if (Array.isArray(value)) return changedList(value, choice)
  if (typeof value !== 'object' || value === null) return value
  const name = choice.pick(Object.keys(value))
  return { ...value, [name]: changedValue((value as Record<string, unknown>)[name], choice) }
}

function changedList(items: readonly unknown[], choice: Choice): unknown[] {
  if (items.length === 0) return []
  const at = choice.below(items.length)
  const [before, one, after] = [items.slice(0, at), items[at], items.slice(at + 1)]
  switch (choice.below(8)) {
    case 0:
      return [...before, ...after]
    case 1:
      return [...items, one]
    case 2:
      return [...before, choice.pick(items), ...after]
    case 3:
      return [...items, changedValue(one, choice)]
    default:
      return [...before, changedValue(one, choice), ...after]
  }
}

/** Bytes replaced, put in, taken out or doubled. */
function changedBytes(bytes: Uint8Array, choice: Choice): Uint8Array {
  if (choice.chance(2)) return replaced(bytes, choice)
  const at = choice.below(bytes.length + 1)
  const count = choice.pick([1, 2, 4, 4, 8, 8, 16, 64])
  const put = Uint8Array.from({ length: count }, () => choice.bits())
  if (choice.chance(3)) return spliced(bytes, at, at + count)
  if (choice.chance(2)) put.set(bytes.subarray(at, at + count))
  return spliced(bytes, at, at, put)
}

/** With `put` in place of the bytes from `from` to `to`. */
function spliced(
  bytes: Uint8Array,
  from: number,
  to: number,
  put: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  const end = bytes.subarray(to)
  const changed = new Uint8Array(from + put.length + end.length)
  changed.set(bytes.subarray(0, from))
  changed.set(put, from)
  changed.set(end, from + put.length)
  return changed
}

function changedWithin(bytes: Uint8Array, from: number, count: number, choice: Choice): Uint8Array {
  // Another change may have cut it off before.
  if (from > bytes.length) return bytes
  const within = replaced(bytes.slice(from, from + count), choice)
  const changed = bytes.slice()
  changed.set(within, from)
  return changed
}

/** A bit, a byte, a word or a longer stretch is another one. */
function replaced(bytes: Uint8Array, choice: Choice): Uint8Array {
  const changed = new Uint8Array(bytes)
  if (changed.length === 0) return changed
  const view = new DataView(changed.buffer)
  const at = choice.below(changed.length)
  // Mostly where a number begins.
  const aligned = choice.chance(4) ? at : at & ~3
  switch (choice.below(5)) {
    case 0:
      changed[at] = (changed[at] ?? 0) ^ (1 << choice.below(8))
      break
    case 1:
      if (aligned + 4 <= changed.length) view.setUint32(aligned, choice.pick(NUMBERS) >>> 0, true)
      break
    case 2:
      if (aligned + 8 <= changed.length) view.setBigUint64(aligned, choice.pick(BIGINTS), true)
      break
    case 3:
      if (aligned + 4 <= changed.length)
        view.setInt32(aligned, view.getInt32(aligned, true) + choice.pick([-16, -4, -1, 1, 4, 16]), true)
      break
    default:
      for (let i = at; i < Math.min(changed.length, at + 1 + choice.below(16)); i++)
        changed[i] = choice.bits()
  }
  return changed
}
