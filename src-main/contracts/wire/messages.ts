import type { Hex32, UnitId } from '../../domain/ids.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { UnitFile } from '../../domain/unit-file.ts'
import type { Fuel, UnixMs } from '../../domain/units.ts'

/** What donor and publisher say to each other over the Noise stream. The codecs stand in this folder, beside it. */

/** First call of a donor. The signature covers (domain, project, Noise handshake hash, device key). */
export interface Hello {
  readonly version: number
  readonly donorKey: Hex32
  /** 64 bytes, ed25519 by `donorKey`. */
  readonly signature: Uint8Array
}
export interface HelloAnswer {
  readonly version: number
  readonly serverTime: UnixMs
  /** Length of the project core: the donor waits for these blocks. */
  readonly projectLength: number
  readonly leaseUnits: number
  readonly submitResults: number
}

export interface LeaseRequest {
  readonly units: number
  /** Fuel the donor expects to compute while the lease runs; 0 when it does not know. */
  readonly fuelCapacity: Fuel
}
export interface LeaseAnswer {
  /**
   * Where there is nothing new, what this machine holds already and has not answered: an earlier answer may be lost.
   * The donor ignores units that it has.
   */
  readonly units: readonly UnitId[]
  /** When the first of them runs out. */
  readonly expiresAt: UnixMs
  /** When to ask again if no units came. */
  readonly retryAfterMs: number
}

/** The donor will not compute these units in time; somebody else may have them at once. The answer is empty. */
export interface GiveBack {
  readonly units: readonly UnitId[]
}

export interface SubmittedResult {
  readonly unit: UnitId
  readonly outcome: Outcome
  readonly exitCode: number
  readonly fuel: Fuel
  /** Empty unless the outcome is `ok` or `exit-nonzero`. */
  readonly stdout: Uint8Array
  /** What is left in `/out`, sorted by path; absent where there is nothing. Only of `ok`. */
  readonly files?: readonly UnitFile[]
  /** Rewriter version and engine that computed it, for diagnosis: at most 64 characters. */
  readonly engine: string
}
/**
 * `results`: what `encodeResults` made, kept as bytes because they are what is signed.
 * `signature`: 64 bytes by the donor key over `submitStatement`.
 */
export interface Submit {
  readonly results: Uint8Array
  readonly signature: Uint8Array
}
/**
 * Where a submitted result stands once the transaction is on disk.
 * - `pending`: it waits for other donors' results
 * - `verified`: it counts, and the donor is granted credit
 * - `rejected`: a quorum agreed on something else, or no run of the unit can have ended like this
 * - `noted`: the donor's machine failed on the unit; nobody is to blame
 * - `refused`: the donor held no lease for the unit, and it counts as none of the reserve; it earns nothing and need not
 *   be sent again
 * - `uncounted`: the unit ended without a decision (inconclusive or suspended): no credit, and nobody is to blame
 */
export type Standing = (typeof STANDINGS)[number]
/** On the wire a standing is its place in this list. Append only. */
export const STANDINGS = ['pending', 'verified', 'rejected', 'noted', 'refused', 'uncounted'] as const
export interface SubmitAnswer {
  /** In the order of the submitted results. */
  readonly standings: readonly Standing[]
}

/** Asks for the ledger records of this donor with a sequence of at least `fromSequence`. */
export interface GrantsRequest {
  readonly fromSequence: number
}
/** Where a ledger record lies and which units it grants: the donor checks both against the signed block. */
export interface GrantNotice {
  readonly sequence: number
  readonly epoch: number
  readonly index: number
  readonly units: readonly UnitId[]
}
export interface GrantsAnswer {
  readonly grants: readonly GrantNotice[]
  /** More exist beyond these. */
  readonly more: boolean
  /** The latest units that ended for this donor without credit, by their {@link Standing}. Told with every last page. */
  readonly rejected: readonly UnitId[]
  readonly uncounted: readonly UnitId[]
}
