import { hash } from 'hypercore-crypto'
import { bytesToHex, compareUnits, hexToBytes, type Hex32, type UnitId } from '../../../domain/ids.ts'
import type { Digests } from '../../ports.ts'
import { ascii, donorKeyPair, u64 } from './keys.ts'

const LEAF = Uint8Array.of(0)
const PARENT = Uint8Array.of(1)
const ROOT = Uint8Array.of(2)

/** Blake2b-256 throughout; the trees are described in contracts/wire/README.md. */
export function createDigests(): Digests {
  return {
    hash: (parts) => hex(hash(parts.flatMap((part) => [u64(part.byteLength), part]))),
    unitsRoot,
    donorKeyPair,
    unitSeed: (projectKey, unit) =>
      hash([ascii('powerswarm seed 1\n'), hexToBytes(projectKey), u64(unit.batch), u64(unit.index)]),
  }
}

function unitsRoot(units: readonly UnitId[]): Hex32 {
  const ordered = [...units].sort(compareUnits)
  let previous: UnitId | undefined
  for (const unit of ordered) {
    if (previous && compareUnits(previous, unit) === 0) throw new RangeError('A unit is there twice')
    previous = unit
  }
  let level = ordered.map((unit) => hash([LEAF, u64(unit.batch), u64(unit.index)]))
  while (level.length > 1) level = parents(level)
  return hex(hash([ROOT, u64(ordered.length), ...level]))
}

/** Pairs from the left; a last one without a partner moves up as it is. */
function parents(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = []
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = level.slice(i, i + 2)
    if (left) above.push(right ? hash([PARENT, left, right]) : left)
  }
  return above
}

function hex(bytes: Uint8Array): Hex32 {
  return bytesToHex(bytes) as Hex32
}
