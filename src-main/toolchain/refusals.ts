import { PowerswarmError } from '../domain/errors.ts'

/** `module-malformed`: the bytes are no WebAssembly module, or are cut short. `offset` counts from the file's first byte. */
export function malformed(reason: string, offset?: number): PowerswarmError {
  const where = offset === undefined ? '' : ` at byte ${String(offset)}`
  return new PowerswarmError(
    'module-malformed',
    `not a usable WebAssembly module: ${reason}${where}`,
    offset === undefined ? {} : { details: { offset } },
  )
}

/**
 * `module-refused`: a well-formed module that breaks the project's rules.
 * `functionIndex` is in the original module's index space (imports first), as disassemblers show it.
 */
export function refused(reason: string, functionIndex?: number): PowerswarmError {
  const where = functionIndex === undefined ? '' : ` (function ${String(functionIndex)})`
  return new PowerswarmError(
    'module-refused',
    `module refused: ${reason}${where}`,
    functionIndex === undefined ? {} : { details: { functionIndex } },
  )
}
