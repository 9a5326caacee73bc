import type { RunUnit } from '../../../src-main/contracts/slot.ts'
import type { CountedOutcome } from '../../../src-main/domain/outcome.ts'

/** What must become of a hostile module on every host: refused before it is compiled, or run to a typed end. */
export type HostileEnd =
  | { readonly refused: 'module-refused' | 'module-malformed' }
  | { readonly outcome: CountedOutcome; readonly exitCode?: number }

export interface HostileModule {
  /** Says what it tries. */
  readonly name: string
  /** Built when it is used: some have megabytes. */
  build(): Uint8Array<ArrayBuffer>
  readonly end: HostileEnd
  /** How its unit differs from the ordinary one, whose fuel is {@link HOSTILE_FUEL}. */
  readonly unit?: Partial<RunUnit>
}

/** Enough for every module that means to end, little enough to wait for those that do not. */
export const HOSTILE_FUEL = 100_000_000n

export const REFUSED = { refused: 'module-refused' } as const
export const MALFORMED = { refused: 'module-malformed' } as const
export const ENDLESS = { outcome: 'out-of-fuel' } as const
export const TRAP = { outcome: 'trap' } as const
export const TOO_DEEP = { outcome: 'stack-overflow' } as const
export const HARMLESS = { outcome: 'ok', exitCode: 0 } as const
