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
}

export interface BatchStatus {
  readonly batch: number
  readonly app: number
  readonly units: number
  readonly unsent: number
  readonly leased: number
  /** At least one result, quorum not reached. */
  readonly pending: number
  readonly verified: number
  readonly inconclusive: number
  readonly suspended: number
  /** Of the highest priority first; 0 unless told. */
  readonly priority: number
  readonly deadline?: UnixMs
  /** It was taken back: nothing of it is handed out. */
  readonly cancelled: boolean
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
  readonly args: readonly string[]
  readonly outcome: CountedOutcome
  readonly exitCode: number
  readonly fuel: Fuel
  readonly stdout: Uint8Array
  /** What it left in `/out`, sorted by path. */
  readonly files: readonly UnitFile[]
  readonly verifiedAt: UnixMs
  /** Donor keys whose equal results made the quorum. */
  readonly donors: readonly string[]
}

export interface ResultPage {
  readonly units: readonly VerifiedUnit[]
  readonly cursor: string
  readonly more: boolean
}
