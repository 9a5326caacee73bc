import type { LedgerRecord } from '../../../domain/project.ts'
import type { Clock } from '../../../domain/clock.ts'
import type { ModuleHash, ProjectKey } from '../../../domain/ids.ts'
import type { SnapshotPace } from '../../../domain/snapshot-policy.ts'
import type { GrantNotice } from '../../../contracts/wire/messages.ts'
import type {
  Digests,
  DonorNetwork,
  DonorStore,
  HostInfo,
  Log,
  SlotHost,
  SnapshotStore,
  Timers,
} from '../../ports.ts'

/** What the donor already holds, for the check of the next ledger record. */
export interface GrantExpectation {
  readonly donorKey: string
  readonly nextSequence: number
  readonly cumulativeFuel: bigint
  /** Of the ledger that the last record lies in. */
  readonly epoch: number
}

/** What checked evidence is about: a ledger, or the project core when there is no epoch. */
export interface SignedTwice {
  readonly epoch?: number
  /** The two stories differ within so many blocks. */
  readonly length: number
}

/** Everything the donor role needs from outside, given by the composition root. */
export interface DonorComponents {
  readonly store: DonorStore
  readonly network: DonorNetwork
  readonly slotHost: SlotHost
  readonly snapshots: SnapshotStore
  readonly digests: Digests
  readonly host: HostInfo
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** A whole number below 2^32 that nobody can foresee. */
  randomWord(): number
  /** Tests hurry it; default `SNAPSHOT_PACE`. */
  readonly snapshotPace?: SnapshotPace
  /** What evidence of this project shows, else why it shows nothing. */
  checkEvidence(file: Uint8Array, projectKey: ProjectKey): SignedTwice | string
  /** Undefined when the record grants exactly what the notice says, else why not. */
  checkGrant(record: LedgerRecord, notice: GrantNotice, expected: GrantExpectation): string | undefined
}

export interface DonorInit {
  /** 32 bytes; the donor's identity in every project is derived from it. */
  readonly masterKey: Uint8Array
  /** Engine name and rewriter version, sent with results for diagnosis. */
  readonly engineLabel: string
  /** Modules that may run, by hash; undefined = all. Set where units cannot be sandboxed. */
  readonly onlyModules?: ReadonlySet<ModuleHash>
  /** Said to the donor when `onlyModules` is set. */
  readonly restriction?: string
}
