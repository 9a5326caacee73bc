import { hash } from 'hypercore-crypto'
import { compareUnits, hexToBytes, type Hex32, type UnitId } from '../../../domain/ids.ts'
import type { Digests } from '../../ports.ts'
import { ascii, donorKeyPair, u64, writeU64 } from './keys.ts'

const LEAF = 0
const PARENT = 1
const ROOT = 2
const HASH_BYTES = 32

/** Blake2b-256 throughout; the trees are described in contracts/wire/README.md. */
export function createDigests(): Digests {
  return {
    hash: hashOfParts,
    unitsRoot,
    donorKeyPair,
    unitSeed: (projectKey, unit) =>
      hash([ascii('powerswarm seed 1\n'), hexToBytes(projectKey), u64(unit.batch), u64(unit.index)]),
  }
}

function unitsRoot(units: readonly UnitId[]): Hex32 {
  const ordered = [...units].sort(compareUnits)
  let level = new Uint8Array(HASH_BYTES * ordered.length)
  let previous: UnitId | undefined
  let end = 0
  for (const unit of ordered) {
    if (previous && compareUnits(previous, unit) === 0) throw new RangeError('A unit is there twice')
    previous = unit
    level.set(hash(leaf(unit), digest), end)
    end += HASH_BYTES
  }
  while (level.byteLength > HASH_BYTES) level = parents(level)
  return hex(hash([Uint8Array.of(ROOT), u64(ordered.length), level]))
}

/** Pairs from the left; a last one without a partner moves up as it is. `level`: hashes behind each other. */
function parents(level: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = level.byteLength / HASH_BYTES
  const above = new Uint8Array(HASH_BYTES * Math.ceil(count / 2))
  for (let i = 0; i < count; i += 2)
    if (i + 1 < count) {
      pairBytes.set(level.subarray(HASH_BYTES * i, HASH_BYTES * (i + 2)), 1)
      above.set(hash(pairBytes, digest), HASH_BYTES * (i / 2))
    } else above.set(level.subarray(HASH_BYTES * i), HASH_BYTES * (i / 2))
  return above
}

const pairBytes = new Uint8Array(1 + 2 * HASH_BYTES)
pairBytes[0] = PARENT
const leafBytes = new Uint8Array(17)
leafBytes[0] = LEAF

/** Good until the next call. */
function leaf({ batch, index }: UnitId): Uint8Array {
  writeU64(leafBytes, 1, batch)
  writeU64(leafBytes, 9, index)
  return leafBytes
}

/** Where parts are put together; grows to the longest that ever came. */
let scratch = new Uint8Array(4096)
const digest = new Uint8Array(HASH_BYTES)

/** One native call and no new buffer: this runs for every result that comes in. */
function hashOfParts(parts: readonly Uint8Array[]): Hex32 {
  let length = 0
  for (const part of parts) length += 8 + part.byteLength
  if (length > scratch.byteLength) scratch = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    writeU64(scratch, at, part.byteLength)
    scratch.set(part, at + 8)
    at += 8 + part.byteLength
  }
  return hex(hash(scratch.subarray(0, length), digest))
}

function hex(bytes: Uint8Array): Hex32 {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex') as Hex32
}
