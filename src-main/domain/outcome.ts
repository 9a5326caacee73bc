import { LIMITS } from './limits.ts'
import type { UnitFile } from './unit-file.ts'
import type { Fuel } from './units.ts'
import { utf8 } from './utf8.ts'

/**
 * How a unit ended, equal on every honest donor: these count towards a quorum.
 *
 * `out-of-memory` is not produced by rewriter version 1. Growing memory beyond the limit answers −1, as WebAssembly
 * says, and the program decides what follows: an exit code, a trap, or a smaller appetite. All of these are equal
 * everywhere; a machine that has no memory below the limit is a `host-failure`. The name is kept for records.
 */
export const COUNTED_OUTCOMES = [
  'ok',
  'exit-nonzero',
  'trap',
  'stack-overflow',
  'out-of-memory',
  'out-of-fuel',
  'output-too-large',
] as const
/** Nobody's fault and never counted: the machine failed, not the unit. */
export const UNCOUNTED_OUTCOMES = ['host-failure', 'timeout'] as const

export type CountedOutcome = (typeof COUNTED_OUTCOMES)[number]
export type UncountedOutcome = (typeof UNCOUNTED_OUTCOMES)[number]
export type Outcome = CountedOutcome | UncountedOutcome

export function isCounted(outcome: Outcome): outcome is CountedOutcome {
  return (COUNTED_OUTCOMES as readonly Outcome[]).includes(outcome)
}

/** What a slot produced for one unit. */
export interface UnitRun {
  readonly outcome: Outcome
  /** Exit code of the command; 0 for `ok`, 1..255 for `exit-nonzero`, absent otherwise. */
  readonly exitCode?: number
  /** Fuel used, the same on every donor for counted outcomes. */
  readonly fuel: Fuel
  /** Standard output as printed until the end; what counts for the digest is decided by {@link digestParts}. */
  readonly stdout: Uint8Array
  /** First bytes of standard error, for the publisher's and donor's eyes only; never part of the digest. */
  readonly stderr: Uint8Array
  /** Regular files in `/out` at the end, sorted by path; absent when there are none or the outcome is not `ok`. */
  readonly files?: readonly UnitFile[]
  /** One line for the log: the trap's message, the host's reason. Never compared. */
  readonly reason?: string
}

/** What a file takes in a submit beside its path and its bytes, at most. */
const FILE_BYTES = 24

/** What files take in a submit, roughly and never less than that. */
export function sentBytes(files: readonly UnitFile[]): number {
  return files.reduce((sum, { path, bytes }) => sum + utf8(path).length + bytes.byteLength + FILE_BYTES, 0)
}

/**
 * The run as it counts. A unit that leaves more in `/out` than a submit carries ended as `output-too-large`, on every
 * machine.
 */
export function submittable(run: UnitRun): UnitRun {
  if (sentBytes(run.files ?? []) <= LIMITS.submitFilesBytes) return run
  return {
    outcome: 'output-too-large',
    fuel: run.fuel,
    stdout: new Uint8Array(),
    stderr: run.stderr,
    reason: `it left more than ${String(LIMITS.submitFilesBytes)} bytes in /out`,
  }
}

/**
 * The bytes that equal results share: outcome, exit code and fuel, plus the output when the outcome is `ok`: what was
 * printed, then path and bytes of each file. A trap's partial output may depend on nothing a quorum can rely on, so it
 * is left out.
 */
export function digestParts(run: UnitRun): Uint8Array[] {
  const head = `powerswarm unit 1\n${run.outcome}\n${String(run.exitCode ?? 0)}\n${run.fuel.toString()}\n`
  const bytes = new Uint8Array(head.length)
  for (let i = 0; i < head.length; i++) bytes[i] = head.charCodeAt(i)
  if (run.outcome !== 'ok') return [bytes]
  const files = (run.files ?? []).flatMap((file) => [utf8(file.path), file.bytes])
  return [bytes, run.stdout, ...files]
}
