import { open } from 'node:fs/promises'
import { PowerswarmError } from '../../../domain/errors.ts'

/** A whole file of at most `maxBytes`. Throws `file-not-found` or `file-unreadable`, naming it. */
export async function readInput(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const found = await file.stat()
      if (!found.isFile()) throw new PowerswarmError('file-unreadable', `${path} is not a file`)
      if (found.size > maxBytes)
        throw new PowerswarmError('file-unreadable', `${path} is larger than ${String(maxBytes)} bytes`)
      // A plain copy: Node's own class does not cross every boundary.
      return new Uint8Array(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw cause instanceof PowerswarmError ? cause : inputFailure(path, cause)
  }
}

export function inputFailure(path: string, cause: unknown): PowerswarmError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT') return new PowerswarmError('file-not-found', `${path} does not exist`, { cause })
  const why = code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code ?? 'unknown cause'})`
  return new PowerswarmError('file-unreadable', `${path} ${why}`, { cause })
}
