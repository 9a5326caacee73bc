import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { PowerswarmError } from '../domain/errors.ts'
import { placeExclusively, syncDir, writeDurably } from './exclusive-file.ts'

/** Bytes of every key file: the seed of a key pair, as it is, without a header. */
export const KEY_BYTES = 32

/**
 * The key in this file, made from the system's randomness when the file does not exist. A key is never replaced:
 * of two processes that start together both get the one that was first. Throws `file-unreadable` for a file that is
 * not a key.
 */
export function readOrCreateKey(path: string): Uint8Array {
  const existing = readKey(path)
  if (existing) return existing
  const unfinished = `${path}.${randomBytes(8).toString('hex')}.new`
  try {
    writeDurably(unfinished, randomBytes(KEY_BYTES))
    placeExclusively(unfinished, path)
    syncDir(dirname(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new PowerswarmError(
      'file-unreadable',
      `Cannot make the key file ${path} (${code ?? String(error)})`,
      {
        cause: error,
      },
    )
  } finally {
    rmSync(unfinished, { force: true })
  }
  const created = readKey(path)
  if (!created)
    throw new PowerswarmError('file-unreadable', `The key file ${path} disappeared while it was made`)
  return created
}

/** The key in this file; undefined when there is none. Takes other users' rights to it away. */
export function readKey(path: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(path)
    if (bytes.byteLength !== KEY_BYTES) {
      const lengths = `${String(bytes.byteLength)} bytes instead of ${String(KEY_BYTES)}`
      throw new PowerswarmError('file-unreadable', `${path} is not a key: it has ${lengths}`)
    }
    chmodSync(path, 0o600)
    return Uint8Array.from(bytes)
  } catch (error) {
    if (error instanceof PowerswarmError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new PowerswarmError(
      'file-unreadable',
      `Cannot read the key file ${path} (${code ?? String(error)})`,
      {
        cause: error,
      },
    )
  }
}
