import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { errorCode, PowerswarmError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { sizeText } from './quantities.ts'

/** A file named on the command line, whole. `what` names it in errors: `file-not-found`, `file-unreadable`. */
export function readInputFile(path: string, what: string, maxBytes: number): Uint8Array {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw unreadable(path, what, cause)
  }
  try {
    const { size } = fstatSync(file)
    if (size > maxBytes)
      throw new PowerswarmError('file-unreadable', `${what} ${path} is larger than ${sizeText(maxBytes)}`)
    return new Uint8Array(readFileSync(file))
  } catch (cause) {
    throw cause instanceof PowerswarmError ? cause : unreadable(path, what, cause)
  } finally {
    closeSync(file)
  }
}

/**
 * The bytes of a WebAssembly module as far as they can be judged without compiling them; the sandbox judges the rest.
 * Throws `module-malformed` for a file that is something else altogether.
 */
export function readModule(path: string): Uint8Array {
  const bytes = readInputFile(path, 'The module', LIMITS.moduleBytes)
  if (bytes.byteLength === 0) throw new PowerswarmError('module-malformed', `The module ${path} is empty`)
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== '\0asm')
    throw new PowerswarmError(
      'module-malformed',
      `${path} is not a WebAssembly module (it does not begin with \\0asm)`,
    )
  return bytes
}

/** The sandbox knows a module by its bytes alone; a person knows it by its file. */
export async function namingModule<T>(path: string, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge()
  } catch (cause) {
    const code = errorCode(cause)
    if (!code.startsWith('module-') || !(cause instanceof Error)) throw cause
    throw new PowerswarmError(code, `${path}: ${cause.message}`, { cause })
  }
}

function unreadable(path: string, what: string, cause: unknown): PowerswarmError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return new PowerswarmError('file-not-found', `${what} ${path} does not exist`, { cause })
  if (code === 'EISDIR')
    return new PowerswarmError('file-unreadable', `${what} ${path} is a folder, not a file`, { cause })
  return new PowerswarmError(
    'file-unreadable',
    `${what} ${path} cannot be read (${code ?? 'unknown cause'})`,
    { cause },
  )
}
