/**
 * What the caller of a failed operation does next.
 * - `tell`: show the message to the person (bad input, a machine that lacks something)
 * - `retry`: nothing is wrong with the request; try again later
 * - `drop-unit`: give the unit up on this machine; nobody is to blame
 * - `penalise-peer`: the other side broke the protocol; count it, drop its message
 * - `stop`: this process cannot go on safely
 */
export type Remedy = 'tell' | 'retry' | 'drop-unit' | 'penalise-peer' | 'stop'

/** Every code a thrown error may carry, with what the caller does about it. Codes are stable: scripts match on them. */
export const ERROR_REMEDIES = {
  // input of a person
  'bad-argument': 'tell',
  'bad-link': 'tell',
  'bad-preference': 'tell',
  'file-not-found': 'tell',
  'file-unreadable': 'tell',
  'already-exists': 'tell',
  'not-found': 'tell',
  // modules
  'module-malformed': 'tell',
  'module-refused': 'tell',
  'module-unsupported-rewriter': 'tell',
  'module-unproven': 'drop-unit',
  'module-hash-mismatch': 'drop-unit',
  // slots
  'slot-failed': 'drop-unit',
  'snapshot-unusable': 'retry',
  'sandbox-unavailable': 'tell',
  'isolation-unavailable': 'tell',
  // in-app boundaries
  'unknown-call': 'stop',
  'peer-gone': 'retry',
  internal: 'stop',
  // peers
  'protocol-version': 'tell',
  'bad-record': 'penalise-peer',
  'bad-signature': 'penalise-peer',
  'limit-exceeded': 'penalise-peer',
  banned: 'tell',
  'not-connected': 'retry',
  busy: 'retry',
  // disk
  'data-folder-in-use': 'tell',
  'identity-changed': 'tell',
  'project-moved': 'tell',
  'database-newer': 'tell',
  'database-corrupt': 'tell',
  'disk-full': 'tell',
  'disk-failed': 'stop',
  'store-damaged': 'tell',
  'store-behind': 'stop',
  'store-forked': 'stop',
  'runtime-too-old': 'stop',
} as const satisfies Record<string, Remedy>

export type ErrorCode = keyof typeof ERROR_REMEDIES

/** The project's one error class. `message` is one line for a person; `details` is plain data for programs. */
export class PowerswarmError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'PowerswarmError'
    this.code = code
    this.details = options.details
  }
}

/** Narrows any thrown value to a code; errors that are not ours count as `internal`. */
export function errorCode(error: unknown): ErrorCode {
  if (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(ERROR_REMEDIES, error.code)
  )
    return error.code as ErrorCode
  return 'internal'
}
