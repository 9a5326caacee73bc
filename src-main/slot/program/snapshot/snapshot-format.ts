import { LIMITS } from '../../../domain/limits.ts'
import { WASM_PAGE_BYTES } from '../../../domain/units.ts'
import type { SavedWasi } from '../wasi/saved-state.ts'
import { ByteSink } from './byte-sink.ts'
import { ByteSource } from './byte-source.ts'
import { checksum } from './checksum.ts'
import { PAGES_AT_A_TIME, pagesInUse, SAVED_PAGE_BYTES } from './memory-pages.ts'
import { readWasi, writeWasi } from './saved-wasi-codec.ts'
import type { SnapshotIdentity } from './unit-identity.ts'
import { unusable } from './unusable.ts'

/**
 * A snapshot's bytes, little-endian:
 *
 *   word 0       "PSsn"
 *   word 1       version of this format
 *   32 + 32      identity: module, unit
 *   u64, f64     fuel used; wall time computed, in ms
 *   f64          progress, 0..1; -1: never reported
 *   word         size of the memory, in pages of 64 KiB
 *   word, bytes  stack memory up to the end of the unwound stack
 *   word, bytes  state of WASI
 *   word, words  numbers of the 4 KiB pages of memory that are not all zero, ascending
 *   pages        their bytes; they begin at a multiple of 4
 *   word         checksum of all before
 */
const MAGIC = 0x6e735350
/** Grows with every change of anything in here, of what {@link writeWasi} writes, or of CHECKPOINT_ABI. */
const VERSION = 1
const IDENTITY_BYTES = 32
const MEMORY_PAGES_MAX = LIMITS.memoryBytes / WASM_PAGE_BYTES
const SAVED_PAGES_MAX = Math.floor(LIMITS.snapshotBytes / SAVED_PAGE_BYTES)

/** A stopped unit. The arrays are shared with the bytes or the instance that they come from. */
export interface UnitState {
  readonly fuel: bigint
  readonly computedMs: number
  /** Absent: never reported. */
  readonly fraction?: number
  readonly memory: SavedMemory
  readonly stack: Uint8Array
  readonly wasi: SavedWasi
}

/** Pages that are not listed are zero. */
export interface SavedMemory {
  readonly wasmPages: number
  readonly pages: readonly number[]
  /** The listed pages' bytes, one behind the other. */
  readonly bytes: Uint8Array
}

export interface StoppedUnit extends Omit<UnitState, 'memory'> {
  readonly memory: ArrayBuffer
}

/**
 * Undefined when the bytes would be more than `LIMITS.snapshotBytes`, and as soon as `isWanted` says no: it is asked every
 * few hundred microseconds. Copies the memory once.
 */
export function encodeSnapshot(
  identity: SnapshotIdentity,
  state: StoppedUnit,
  isWanted: () => boolean = () => true,
): Uint8Array<ArrayBuffer> | undefined {
  const sink = new ByteSink().u32(MAGIC).u32(VERSION).raw(identity.module).raw(identity.unit)
  sink
    .u64(state.fuel)
    .f64(state.computedMs)
    .f64(state.fraction ?? -1)
  sink.u32(state.memory.byteLength / WASM_PAGE_BYTES).bytes(state.stack)
  const wasi = new ByteSink()
  writeWasi(wasi, state.wasi)
  sink.bytes(wasi.taken())
  const pages = pagesInUse(state.memory, SAVED_PAGES_MAX, isWanted)
  if (pages === undefined) return undefined
  sink.list(pages, (page) => sink.u32(page))
  const head = sink.taken()
  const start = aligned(head.length)
  const length = start + pages.length * SAVED_PAGE_BYTES
  if (length + 4 > LIMITS.snapshotBytes) return undefined
  const bytes = new Uint8Array(length + 4)
  bytes.set(head)
  for (const [place, page] of pages.entries()) {
    if (place % PAGES_AT_A_TIME === 0 && !isWanted()) return undefined
    bytes.set(
      new Uint8Array(state.memory, page * SAVED_PAGE_BYTES, SAVED_PAGE_BYTES),
      start + place * SAVED_PAGE_BYTES,
    )
  }
  const sum = checksum(bytes, length, isWanted)
  if (sum === undefined) return undefined
  new DataView(bytes.buffer).setUint32(length, sum, true)
  return bytes
}

/**
 * Reads a snapshot of this very unit. Throws `snapshot-unusable` for every other and for bytes that are none; nothing
 * larger than the bytes themselves is made of them.
 */
export function decodeSnapshot(given: Uint8Array, identity: SnapshotIdentity): UnitState {
  const length = given.length - 4
  if (given.length > LIMITS.snapshotBytes || length < 8 || length % 4 !== 0) throw unusable('no snapshot')
  // The words of a checksum are read aligned.
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice()
  const source = new ByteSource(bytes.subarray(0, length))
  if (source.u32() !== MAGIC) throw unusable('no snapshot')
  const version = source.u32()
  if (version !== VERSION) throw unusable(`its format is version ${String(version)}`)
  if (checksum(bytes, length) !== new ByteSource(bytes.subarray(length)).u32())
    throw unusable('it is damaged')
  if (!isEqual(source.raw(IDENTITY_BYTES), identity.module)) throw unusable('it is of another module')
  if (!isEqual(source.raw(IDENTITY_BYTES), identity.unit)) throw unusable('it is of another unit')
  const fuel = source.u64()
  const computedMs = source.f64()
  const fraction = source.f64()
  if (!(computedMs >= 0 && computedMs < Infinity)) throw unusable('a time out of range')
  if (fraction !== -1 && !(fraction >= 0 && fraction <= 1)) throw unusable('a progress out of range')
  const wasmPages = source.u32()
  const stack = source.bytes()
  const wasi = readWasi(new ByteSource(source.bytes()))
  const pages = source.list(SAVED_PAGES_MAX, () => source.u32())
  const padding = length - source.left
  source.raw(aligned(padding) - padding)
  const memory = { wasmPages, pages, bytes: source.raw(source.left) }
  checkMemory(memory)
  return { fuel, computedMs, ...(fraction === -1 ? {} : { fraction }), memory, stack, wasi }
}

function checkMemory({ wasmPages, pages, bytes }: SavedMemory): void {
  if (wasmPages > MEMORY_PAGES_MAX) throw unusable('its memory is too large')
  if (bytes.length !== pages.length * SAVED_PAGE_BYTES) throw unusable('its memory is not complete')
  const end = (wasmPages * WASM_PAGE_BYTES) / SAVED_PAGE_BYTES
  let last = -1
  for (const page of pages) {
    if (page <= last || page >= end) throw unusable('a page of memory is out of place')
    last = page
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

const aligned = (offset: number): number => (offset + 3) & ~3
