import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isHex32, unitText, type ProjectKey, type UnitId } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import { MIB } from '../../../domain/units.ts'
import { HEADER_BYTES, unusable } from './snapshot-file.ts'

/** A file in the folder of snapshots; `of` is absent where it is no finished snapshot. */
export interface FoundFile {
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly of?: { readonly projectKey: ProjectKey; readonly unit: UnitId }
}

const NAME = /^([0-9a-f]{64})-(\d{1,9})\.(\d{1,12})\.snapshot$/

export function snapshotName(projectKey: ProjectKey, unit: UnitId): string {
  return `${projectKey}-${unitText(unit)}.snapshot`
}

/** What lies in the folder now; other things than files are left out. */
export function snapshotFiles(dir: string): FoundFile[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry): FoundFile[] => {
    const { name } = entry
    const path = join(dir, name)
    // A file that is being written may go between the two calls.
    const stats = entry.isFile() ? statSync(path, { throwIfNoEntry: false }) : undefined
    if (!stats) return []
    const [, key, batch, index] = NAME.exec(name) ?? []
    const found = { path, name, bytes: stats.size, modifiedMs: stats.mtimeMs }
    if (!isHex32(key)) return [found]
    const unit = { batch: Number(batch), index: Number(index) }
    return [{ ...found, of: { projectKey: key as ProjectKey, unit } }]
  })
}

/** As much of a header as the file has. */
export function firstBytes(path: string): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const file = openSync(path, 'r')
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, HEADER_BYTES, 0))
  } finally {
    closeSync(file)
  }
}

/** Incompressible bytes grow by less than this when they are compressed. */
const GROWTH_BYTES = 1 * MIB

/** Undefined when there is no such file. Throws `snapshot-unusable` for one that is larger than any snapshot. */
export async function wholeFile(path: string): Promise<Uint8Array | undefined> {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return undefined
  if (size > HEADER_BYTES + LIMITS.snapshotBytes + GROWTH_BYTES) throw unusable('it is too large')
  return readFile(path)
}
