import type { ErrorCode } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'

/** One failure of a unit that ended without a result. */
export interface UnitFailure {
  readonly code: ErrorCode
  /** The slot was given the unit's module, or had it: the failure may be the module's or the unit's doing. */
  readonly hadModule: boolean
}

/**
 * Decides what becomes of units that end without a result. A module that this machine's own checks refuse ends its units
 * at once. Anything else is tried again on a fresh slot; a unit that ends three slots is given up, be it that they run it
 * or still prepare its module. A slot that cannot be opened or a module that cannot be fetched says nothing about it.
 */
export class UnitFailures {
  private readonly counts = new Map<string, number>()

  /** `last-try`: again, but it has failed so often that nothing of the tries before is to be used. */
  judge(unit: string, { code, hadModule }: UnitFailure): 'refused' | 'given-up' | 'last-try' | 'again' {
    if (code.startsWith('module-')) {
      this.counts.delete(unit)
      return 'refused'
    }
    const unitsFault = hadModule && code !== 'not-found' && code !== 'busy'
    const count = (this.counts.get(unit) ?? 0) + (unitsFault ? 1 : 0)
    this.counts.set(unit, count)
    if (count < LIMITS.hostFailuresMax - 1) return 'again'
    if (count < LIMITS.hostFailuresMax) return 'last-try'
    this.counts.delete(unit)
    return 'given-up'
  }
}
