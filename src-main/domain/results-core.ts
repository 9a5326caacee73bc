import type { WorkUnit } from './work-unit.ts'
import { LIMITS } from './limits.ts'

/** What the journal calls the core with results of an epoch. */
export function resultsCoreName(epoch: number): string {
  return `results-${String(epoch)}`
}

/** A verified unit as it is weighed for publication. */
export interface Publishable {
  readonly work: WorkUnit
  /** Its program ended well. */
  readonly isOk: boolean
  readonly outputBytes: number
  /** Its publisher knew the answer before any donor. */
  readonly isKnown: boolean
}

/**
 * Whether everybody may see a unit's output, once no donor can answer it any more: he would copy. Not before it is final,
 * or it would have to be taken back. Not where the answer was known: everybody would know whom it checks.
 */
export function isPublished({ work, isOk, outputBytes, isKnown }: Publishable): boolean {
  if (work.state !== 'verified' || !isOk || isKnown) return false
  return outputBytes > 0 && outputBytes <= LIMITS.foundOutputBytes
}
