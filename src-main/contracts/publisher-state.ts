import type { CountedOutcome } from '../domain/outcome.ts'
import type { UnitFile } from '../domain/unit-file.ts'
import type { Fuel, UnixMs } from '../domain/units.ts'

/** What `powerswarm status` and `serve` show of one project. */
export interface PublisherStatus {
  readonly projectKey: string
  readonly name: string
  readonly purpose: string
  readonly link: string
  readonly serving: boolean
  /** For good: nothing is handed out any more. */
  readonly closed: boolean
  /** Why nothing is published or granted yet though results are taken; absent when everything goes its way. */
  readonly waiting?: string
  readonly donorsConnected: number
  /** Donors that ever had a result granted. */
  readonly donorsGranted: number
  readonly apps: readonly AppStatus[]
  readonly batches: readonly BatchStatus[]
  readonly ledger: { readonly records: number; readonly fuel: Fuel; readonly grants: number }
}

export interface AppStatus {
  readonly app: number
  readonly name: string
  readonly moduleHash: string
  /** Its units can be saved half-way. */
  readonly checkpoint: boolean
  /** Most memory of a unit, in bytes. */
  readonly memoryLimitBytes: number
}

/** Where the units of a batch stand: each is counted once. */
export interface UnitsByState {
  readonly unsent: number
  readonly leased: number
  /** At least one result, quorum not reached. */
  readonly pending: number
  /** Accepted on one donor's word until that donor passes its next check. */
  readonly acceptedOnTrust: number
  /** A quorum agreed, or the donor on whose word it was accepted passed a check. */
  readonly verified: number
  /** The copies are used up and no quorum is in reach: `retry` computes them anew. */
  readonly inconclusive: number
  /** The machines of several donors failed on them: `retry` computes them anew. */
  readonly suspended: number
  /** Taken back before they had an answer, with their batch or by themselves. */
  readonly cancelledUnits: number
}

export interface BatchStatus extends UnitsByState {
  readonly batch: number
  readonly app: number
  readonly units: number
  /** Of the highest priority first; 0 unless told. */
  readonly priority: number
  readonly deadline?: UnixMs
  /** Of the unsent units, those kept for donors that cannot reach the publisher; absent where none are any more. */
  readonly reserve?: number
  /** It was taken back: nothing of it is handed out. */
  readonly cancelled: boolean
  /** What `--max-error` asked for; absent where every unit gets its quorum. */
  readonly maxError?: number
}

/** One donor as its publisher sees it. */
export interface DonorLine {
  readonly donor: string
  readonly connected: boolean
  readonly banned: boolean
  /** Copies that it holds, results that count, and results that were found wrong. */
  readonly leased: number
  readonly verified: number
  readonly rejected: number
  /** Results proven since its last error, and those held until its next check. */
  readonly proven: number
  readonly held: number
  /** It may check others. */
  readonly checker: boolean
}
export interface DonorPage {
  readonly donors: readonly DonorLine[]
  /** Pass it for the next page; absent on the last one. */
  readonly next?: number
}

export interface VerifiedUnit {
  /** `"3.17"`. */
  readonly unit: string
  readonly batch: number
  readonly index: number
  /** The number that `{n}` stood for. */
  readonly n: number
  /** What its results are called: the name of its inputs, or else its number. */
  readonly name: string
  /** Absent where the batch's inputs are missing on this disk; then its results are called by the number. */
  readonly args?: readonly string[]
  readonly outcome: CountedOutcome
  readonly exitCode: number
  readonly fuel: Fuel
  readonly stdout: Uint8Array
  /** What it left in `/out`, sorted by path. */
  readonly files: readonly UnitFile[]
  readonly verifiedAt: UnixMs
  /** Donor keys whose equal results made the quorum; a single one where it was accepted on that donor's word. */
  readonly donors: readonly string[]
}

export interface ResultPage {
  readonly units: readonly VerifiedUnit[]
  readonly cursor: string
  readonly more: boolean
}
