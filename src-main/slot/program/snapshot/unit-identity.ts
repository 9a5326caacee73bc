import type { RunUnit } from '../../../contracts/slot.ts'
import { compareNames } from '../../../domain/unit-file.ts'
import { ByteSink } from './byte-sink.ts'

/** Which unit a snapshot is of, 32 bytes each. */
export interface SnapshotIdentity {
  /** SHA-256 of the rewritten module, which its memory limit is part of. */
  readonly module: Uint8Array
  /** SHA-256 of all else that decides what the unit computes and where it is ended. */
  readonly unit: Uint8Array
}

/** @param rewrittenHash lowercase hex */
export async function snapshotIdentity(unit: RunUnit, rewrittenHash: string): Promise<SnapshotIdentity> {
  const { args, stdin, files = [], seed, maxFuel, maxOutputBytes } = unit
  const sink = new ByteSink()
  sink.list(args, (argument) => sink.text(argument)).bytes(stdin)
  const sorted = [...files].sort((a, b) => compareNames(a.path, b.path))
  sink.list(sorted, ({ path, bytes }) => sink.text(path).bytes(bytes))
  sink.bytes(seed).u64(maxFuel).u32(maxOutputBytes)
  const module = Uint8Array.from(rewrittenHash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return { module, unit: new Uint8Array(await crypto.subtle.digest('SHA-256', sink.taken())) }
}
