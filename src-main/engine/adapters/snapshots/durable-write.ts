import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { PowerswarmError } from '../../../domain/errors.ts'
import { MIB } from '../../../domain/units.ts'

/** Between two looks at whether the file is still wanted. */
const PIECE_BYTES = 4 * MIB

/**
 * Puts a file in the place of another, for this user alone and in one step: after a crash there is the old one or the
 * whole new one. Leaves everything as it was when `isWanted` says no on the way. Rejects with `disk-full` or
 * `disk-failed`.
 */
export async function writeInPlaceOf(
  path: string,
  parts: readonly Uint8Array[],
  isWanted: () => boolean,
): Promise<void> {
  const unfinished = `${path}.${randomBytes(8).toString('hex')}.new`
  try {
    const file = await open(unfinished, 'wx', 0o600)
    try {
      for (const part of parts) if (!(await writeWhile(file, part, isWanted))) return
      await file.sync()
    } finally {
      await file.close()
    }
    // Asked and renamed without a pause between: a drop comes before both or after.
    if (isWanted()) renameSync(unfinished, path)
  } catch (error) {
    throw diskError(error)
  } finally {
    await rm(unfinished, { force: true })
  }
}

async function writeWhile(file: FileHandle, part: Uint8Array, isWanted: () => boolean): Promise<boolean> {
  for (let at = 0; at < part.byteLength;) {
    if (!isWanted()) return false
    const { bytesWritten } = await file.write(part, at, Math.min(PIECE_BYTES, part.byteLength - at))
    at += bytesWritten
  }
  return isWanted()
}

function diskError(error: unknown): PowerswarmError {
  const { code } = error as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return new PowerswarmError(
    full ? 'disk-full' : 'disk-failed',
    full ? 'The disk is full' : `A snapshot cannot be written (${code ?? String(error)})`,
    { cause: error },
  )
}
