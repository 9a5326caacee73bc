import { PowerswarmError } from '../../../domain/errors.ts'

/** `snapshot-unusable`: the unit has to start over. */
export function unusable(reason: string, cause?: unknown): PowerswarmError {
  const message = `the snapshot cannot be gone on from: ${reason}`
  return new PowerswarmError('snapshot-unusable', message, cause === undefined ? {} : { cause })
}
