import type { Outcome } from '../../domain/outcome.ts'

/** Thrown through the running module to end its unit. WebAssembly without exceptions cannot catch it. */
export class UnitEnd extends Error {
  readonly outcome: Outcome
  readonly exitCode: number | undefined

  constructor(outcome: Outcome, reason: string, exitCode?: number) {
    super(reason)
    this.name = 'UnitEnd'
    this.outcome = outcome
    this.exitCode = exitCode
  }
}
