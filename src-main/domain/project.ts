import type { BatchNumber, Hex32, ModuleHash, UnitId } from './ids.ts'
import type { BatchInputs } from './unit-inputs.ts'
import type { Fuel, UnixMs } from './units.ts'

/** First block of every project core. `boxKey` is for sealing what only the publisher may read. */
export interface ProjectManifest {
  readonly type: 'project'
  readonly name: string
  readonly purpose: string
  readonly boxKey: Hex32
  readonly createdAt: UnixMs
}

/** Announces a core that belongs to the project. A later epoch of the same role replaces the earlier one. */
export interface CoreAnnouncement {
  readonly type: 'core'
  readonly role: 'ledger'
  readonly epoch: number
  readonly key: Hex32
}

/** An immutable app version. Apps are numbered from 0 in the order of the project core. */
export interface App {
  readonly type: 'app'
  readonly app: number
  readonly name: string
  /** Hash of the original module, the one that the project publishes. */
  readonly moduleHash: ModuleHash
  readonly moduleBytes: number
  /** Key of the static core that carries the original module. */
  readonly moduleCore: Hex32
  readonly rewriterVersion: number
  /** Hash of what that rewriter version makes of the module under `memoryLimitBytes`. */
  readonly rewrittenHash: Hex32
  readonly memoryLimitBytes: number
  /** Rewritten so that a running unit can be saved and go on later; `rewrittenHash` is of that form. Absent: not. */
  readonly checkpoint?: boolean
}

/** What tells the app's module from every other inside a slot. */
export function appModule(
  app: App,
): Pick<App, 'moduleHash' | 'rewriterVersion' | 'memoryLimitBytes' | 'checkpoint'> {
  const { moduleHash, rewriterVersion, memoryLimitBytes } = app
  return {
    moduleHash,
    rewriterVersion,
    memoryLimitBytes,
    ...(app.checkpoint === true && { checkpoint: true }),
  }
}

/**
 * A parametric range of work units over one app: unit `index` stands for the number `first + index` and
 * `{n}` in the argument template for that number. With inputs, each unit has an entry of its own in them.
 */
export interface Batch {
  readonly type: 'batch'
  readonly batch: BatchNumber
  readonly app: number
  readonly first: number
  readonly count: number
  readonly args: readonly string[]
  /** Equal outcomes from different donors that make a unit verified, 1..8. */
  readonly quorum: number
  readonly maxFuel: Fuel
  readonly maxOutputBytes: number
  /** Absent: units differ by their number alone. */
  readonly inputs?: BatchInputs
}

/** Takes back a batch, or some units of it: nobody computes them any more, and nobody is to blame. */
export interface Cancellation {
  readonly type: 'cancel'
  readonly batch: BatchNumber
  /** Units of the batch in ascending order, 4,096 at most; none stands for the whole batch. */
  readonly indexes: readonly number[]
}

/**
 * The last `count` units of a batch are kept from live leasing, for donors that cannot reach the publisher and have
 * nothing left to do. A later record of the same batch takes its place; 0: none are kept any more.
 */
export interface Reserve {
  readonly type: 'reserve'
  readonly batch: BatchNumber
  readonly count: number
}

/** The project's last record: there will be no more work. */
export interface Closing {
  readonly type: 'close'
  readonly at: UnixMs
}

/** Announces the core with results for everybody to see. A later epoch takes the earlier one's place and does not repeat it. */
export interface ResultsAnnouncement {
  readonly type: 'results'
  readonly epoch: number
  readonly key: Hex32
}

export type ProjectRecord =
  ProjectManifest | CoreAnnouncement | App | Batch | Reserve | ResultsAnnouncement | Cancellation | Closing

/**
 * One block of the ledger: everything one donor was granted in one interval, and its total so far. Or what was taken
 * back from it: `units` and `fuel` of earlier grants whose results turned out to be wrong.
 */
export interface LedgerRecord {
  /** Counts this donor's records from 0 across epochs. */
  readonly sequence: number
  readonly donorKey: Hex32
  readonly at: UnixMs
  readonly units: number
  readonly fuel: Fuel
  /** Sum of `fuel` over this donor's records up to and including this one, less what was taken back. */
  readonly cumulativeFuel: Fuel
  /** Merkle root over the units in {@link compareUnits} order. */
  readonly unitsRoot: Hex32
  /** This record takes back. */
  readonly revokes?: true
}

/** One block of the core with results: what was verified in one interval. */
export interface FoundRecord {
  readonly at: UnixMs
  /** In the order in which they were verified. */
  readonly found: readonly FoundResult[]
}
export interface FoundResult {
  readonly unit: UnitId
  /** What the unit printed, `LIMITS.foundOutputBytes` at most. */
  readonly output: Uint8Array
}
