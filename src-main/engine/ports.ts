import type { Beat, LoadedModule, LoadModule, RunUnit, Snapshot } from '../contracts/slot.ts'
import type {
  GiveBack,
  GrantNotice,
  GrantsAnswer,
  GrantsRequest,
  HelloAnswer,
  LeaseAnswer,
  LeaseRequest,
  SubmitAnswer,
  SubmittedResult,
} from '../contracts/wire/messages.ts'
import type { ErrorCode } from '../domain/errors.ts'
import type { DonorKey, Hex32, ModuleHash, ProjectKey, UnitId } from '../domain/ids.ts'
import type { Link } from '../domain/link.ts'
import type { CountedOutcome, UnitRun } from '../domain/outcome.ts'
import type { Preferences } from '../domain/preferences.ts'
import type {
  App,
  Batch,
  Cancellation,
  Closing,
  FoundResult,
  LedgerRecord,
  ProjectRecord,
} from '../domain/project.ts'
import type { DonorTrust, TrustPolicy } from '../domain/trust.ts'
import type { UnitFile } from '../domain/unit-file.ts'
import type { BatchInputs, InputsPlace, UnitInputs } from '../domain/unit-inputs.ts'
import type { Fuel, UnixMs } from '../domain/units.ts'
import type { LeasedUnit, WorkUnit } from '../domain/work-unit.ts'

/**
 * The interfaces between the engine's roles (rules and order of events) and its adapters (disk, network, processes).
 * Roles import only this file, contracts and domain; create-engine.ts joins the two.
 */

// ─── slots ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SlotIsolation {
  readonly sandboxed: boolean
  /** One line for log and window: what keeps units in. */
  readonly note: string
}

/** Opens slots: one operating system process each. `close` ends all of them and waits for their exit. */
export interface SlotHost {
  readonly isolation: SlotIsolation
  open(slot: number): Promise<Slot>
  close(): Promise<void>
}

/** One sandboxed process. Calls on a slot whose process is gone reject with `peer-gone`. */
export interface Slot {
  readonly slot: number
  readonly pid: number
  load(load: LoadModule): Promise<LoadedModule>
  run(unit: RunUnit): Promise<UnitRun>
  pause(): Promise<void>
  resume(): Promise<void>
  throttle(cpuShare: number): Promise<void>
  /** Saves the running unit; see `contracts/slot`. Without bytes when it cannot be saved within `withinMs`. */
  snapshot(withinMs: number): Promise<Snapshot>
  /** Ends the process at once; a pending `run` rejects. */
  kill(): Promise<void>
  onBeat(listener: (beat: Beat) => void): () => void
  onClosed(listener: (reason: string) => void): () => void
}

// ─── keys and digests ────────────────────────────────────────────────────────────────────────────────────────────

/** Ed25519; `secretKey` is 64 bytes (seed and public key). */
export interface KeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

/** Blake2b-256 and keys derived by it. Pure; injected so that roles stay free of npm packages. */
export interface Digests {
  /** Hash over the concatenation of the parts, each preceded by its length. */
  hash(parts: readonly Uint8Array[]): Hex32
  /** Merkle root over unit ids in `compareUnits` order, duplicates refused with a RangeError. */
  unitsRoot(units: readonly UnitId[]): Hex32
  /** The donor's key pair in one project: same inputs, same pair. `masterKey`: 32 bytes. */
  donorKeyPair(masterKey: Uint8Array, projectKey: ProjectKey): KeyPair
  /** 32 bytes that seed a unit's random numbers. */
  unitSeed(projectKey: ProjectKey, unit: UnitId): Uint8Array
}

// ─── write-ahead rows of writable cores ──────────────────────────────────────────────────────────────────────────

/**
 * Rows (core, index, bytes) written with `synchronous=FULL` before the same bytes are appended to the core of that
 * name. Power loss may take a core's tail but never these rows, so the tail is put back byte for byte and the core
 * never forks. Rows go only after a storage barrier beyond their index.
 */
export interface CoreJournal {
  /** Blocks ever recorded for this core: the length that the core has or will have. */
  length(core: string): number
  /** Adds blocks behind the last one; returns the index of the first. Joins the transaction that is open, if one is. */
  record(core: string, blocks: readonly Uint8Array[]): number
  /**
   * Rows from `index` on, in order, `limit` at most. Where `index` lies below {@link firstKept} and the journal can make
   * these rows again, as for a ledger that it has the records of: those, up to `firstKept`.
   */
  from(
    core: string,
    index: number,
    limit?: number,
  ): readonly { readonly index: number; readonly block: Uint8Array }[]
  /** Index of the oldest row still kept; equals {@link length} when none is. */
  firstKept(core: string): number
  discardBelow(core: string, index: number): void
}

// ─── publisher ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * How a copy of a unit stands at one donor. `lapsed`: its lease ran out; a late result is still taken. The others are
 * those of a `Standing`.
 */
export type CopyStanding = 'leased' | 'lapsed' | 'noted' | 'pending' | 'verified' | 'rejected' | 'uncounted'

/** One donor's copy of a unit: from the lease to what became of it. At most one per (unit, donor), for ever. */
export interface CopyRow {
  readonly unit: UnitId
  readonly donorKey: DonorKey
  readonly standing: CopyStanding
  readonly expiresAt: UnixMs
  /** Machine that it was leased to; kept while it is `leased`. The publisher's own slots have none. */
  readonly deviceKey?: Hex32
  /** Set when a result arrived. */
  readonly answeredAt?: UnixMs
  /** Set when the result counts. */
  readonly digest?: Hex32
  /** The donor took the unit from the reserve by itself: see domain/reserve.ts. */
  readonly selfAssigned?: true
}
/** A copy whose result counts. */
export interface VoteRow extends CopyRow {
  readonly digest: Hex32
}
/** What donors that gave the same digest computed; kept once however many gave it. */
export interface OutputRow {
  readonly unit: UnitId
  readonly digest: Hex32
  readonly outcome: CountedOutcome
  readonly exitCode: number
  readonly fuel: Fuel
  /** Empty unless the outcome is `ok`: only then the digest covers it. */
  readonly stdout: Uint8Array
  /** What the unit left in `/out`, sorted by path; absent where there is nothing. */
  readonly files?: readonly UnitFile[]
}
/** A search through the units that want another copy, in the order of their secret lottery numbers. */
export interface WantingSearch {
  /** Units that this donor holds or has answered are passed over. */
  readonly donorKey: DonorKey
  /** Lottery number to begin at; the search ends at the highest one. */
  readonly from: number
  /** Units to look at and to find at most: one search is bounded however many units wait. */
  readonly scan: number
  readonly limit: number
  /** Only units that have a vote already. */
  readonly votedOnly: boolean
  /** Of these, only those whose one vote is of a donor that took them from the reserve. */
  readonly selfAssignedOnly?: boolean
}
export interface WantingUnits {
  /** `lapsed`: the donor had a copy before, whose lease ran out. */
  readonly found: readonly { readonly unit: UnitId; readonly work: LeasedUnit; readonly lapsed: boolean }[]
  /** Lottery number to go on from; undefined when nothing lies beyond. */
  readonly next: number | undefined
}
/** A result that rests on one donor's word: in one of its windows, held or released. */
export interface OnTrustRow {
  readonly unit: UnitId
  readonly donorKey: DonorKey
  readonly window: number
  /** It was drawn, and decides about its window. */
  readonly drawn: boolean
}
/** A grant that the ledger takes back. One per (unit, donor), for ever. */
export type RevocationRow = GrantRow
/** How far a batch trusts donors; `maxError`: what the publisher asked for. */
export interface BatchTrust extends TrustPolicy {
  readonly maxError: number
}
/** One donor as `powerswarm donors` lists it. */
export interface DonorAccount extends DonorRow {
  readonly donorKey: DonorKey
  readonly trust: DonorTrust
  readonly banned: boolean
}
/** Counts over everything a donor ever did, but `leased`: copies it holds now. */
export interface DonorRow {
  readonly leased: number
  readonly verified: number
  readonly rejected: number
}
/** A grant that is decided. One per (unit, donor), for ever. */
export interface GrantRow {
  readonly unit: UnitId
  readonly donorKey: DonorKey
  readonly fuel: Fuel
}
/** `grant` numbers grants in the order in which they were decided. */
export interface NumberedGrant extends GrantRow {
  readonly grant: number
}
/**
 * A ledger record and where it lies in which ledger. `lastGrant` and `firstGrant` bound the grants of its donor that it
 * is made of; where it takes back, the numbers of revocations.
 */
export interface SealedRecord {
  readonly epoch: number
  readonly index: number
  readonly record: LedgerRecord
  readonly firstGrant: number
  readonly lastGrant: number
}
export interface BatchCounts {
  readonly batch: number
  readonly leased: number
  readonly pending: number
  readonly verified: number
  readonly trusted: number
  readonly released: number
  readonly inconclusive: number
  readonly suspended: number
}
export interface LedgerTotals {
  readonly records: number
  readonly fuel: Fuel
  readonly grants: number
  /** Donors with at least one record. */
  readonly donors: number
}

/** What of a batch does not stand in its record. */
export interface BatchPlan {
  /** Batches of a higher priority are handed out first; 0 unless told. */
  readonly priority: number
  /** When its publisher wants it; among equal priorities the earlier comes first. */
  readonly deadline?: UnixMs
  readonly cancelledAt?: UnixMs
  /** Units at its end that are kept from live leasing, until all others were handed out. */
  readonly reserve?: { readonly units: number; readonly isReleased: boolean }
}

/** Units as they lie on this machine's disk, read one by one. Throws what the files say, naming them. */
export type OpenInputs = (place: InputsPlace) => AsyncIterable<UnitInputs>

/** Apps and batches in the order of their numbers. */
export interface CatalogueStore {
  addApp(app: App, original: Uint8Array): void
  apps(): readonly App[]
  /** The original module of an app, undefined for an unknown number. */
  originalModule(app: number): Uint8Array | undefined
  addBatch(batch: Batch, plan?: BatchPlan): void
  batches(): readonly Batch[]
  /** One for each batch, in the same order. */
  plans(): readonly BatchPlan[]
  /** Stays as it was when it is cancelled already. */
  cancelBatch(batch: number, at: UnixMs): void
  /** Again: no effect. */
  cancelUnits(units: readonly UnitId[]): void
  /** In `compareUnits` order. */
  cancelledUnits(): readonly UnitId[]
  counts(): readonly BatchCounts[]
}

/** Units, the copies of them that donors hold, and what they computed. Writing needs an open transaction. */
export interface UnitStore {
  /**
   * Takes up to `limit` units that were never handed out; the caller saves each in the same transaction. Those of the
   * reserve only where they are asked for, and from then on as all others.
   */
  takeFresh(batch: number, limit: number, which?: { readonly reserve: boolean }): readonly UnitId[]
  unit(unit: UnitId): WorkUnit
  /** `lottery`: a random number below 2^32 that orders the unit among those that wait; set at the first save. */
  saveUnit(unit: UnitId, before: WorkUnit, after: WorkUnit, lottery: number): void
  /** How many units want another copy, counted up to `limit`. */
  waiting(limit: number): number
  wanting(search: WantingSearch): WantingUnits
  copy(unit: UnitId, donorKey: DonorKey): CopyRow | undefined
  saveCopy(before: CopyRow | undefined, after: CopyRow): void
  /** Copies that are `pending`: the votes on a unit that is not decided, or the one that is accepted on trust. */
  votes(unit: UnitId): readonly VoteRow[]
  /** Donors that have or had a copy. */
  holders(unit: UnitId): readonly DonorKey[]
  /** Units that ended like this, in order, after `after`. */
  unitsThat(
    state: 'inconclusive' | 'suspended',
    batch: number,
    after: number,
    limit: number,
  ): readonly UnitId[]
  /** Copies whose lease ran out by `now` and that are still `leased`, oldest first. */
  overdue(now: UnixMs, limit: number): readonly CopyRow[]
  leasedTo(donorKey: DonorKey): readonly CopyRow[]
  /** Copies that are leased to one machine of a donor, in the order in which they run out. */
  leasedToDevice(donorKey: DonorKey, deviceKey: Hex32, limit: number): readonly CopyRow[]
  donor(donorKey: DonorKey): DonorRow
  /** Units that this donor took from the reserve by itself and whose results of it are undecided. */
  selfAssigned(donorKey: DonorKey): readonly UnitId[]
  /** Same digest again: no effect. */
  addOutput(row: OutputRow): void
  output(unit: UnitId, digest: Hex32): OutputRow | undefined
  /** Drops what other digests stood for; everything when there is none. */
  keepOutput(unit: UnitId, digest: Hex32 | undefined): void
  addVerified(unit: UnitId, at: UnixMs): void
  /** Verified units in the order of verification after `cursor`, which starts at 0. */
  verifiedAfter(cursor: number, limit: number): readonly VerifiedRow[]
  /** Units that ended for this donor without credit, newest first. */
  withoutCredit(donorKey: DonorKey, limit: number): readonly WithoutCredit[]
}
export interface WithoutCredit {
  readonly unit: UnitId
  readonly standing: 'rejected' | 'uncounted'
}
export interface VerifiedRow {
  readonly cursor: number
  readonly unit: UnitId
  readonly verifiedAt: UnixMs
  readonly output: OutputRow
  /** Donors whose results made the quorum. */
  readonly donors: readonly DonorKey[]
}

/** Whom the publisher trusts, and with what. Writing needs an open transaction. */
export interface TrustStore {
  setBatchTrust(batch: number, trust: BatchTrust): void
  /** By batch; batches that are not there give every unit its quorum. */
  batchTrust(): ReadonlyMap<number, BatchTrust>
  /** The answer of this unit was known before any donor computed it. */
  addKnownAnswer(unit: UnitId): void
  knownAnswers(): readonly UnitId[]
  /** `NEWCOMER` for a donor that is not known. */
  trust(donorKey: DonorKey): DonorTrust
  saveTrust(donorKey: DonorKey, trust: DonorTrust): void
  /** Who is trusted with this unit's result; undefined when nobody is. */
  onTrust(unit: UnitId): OnTrustRow | undefined
  /** Adds the row, or changes it: at most one for each unit. */
  saveOnTrust(row: OnTrustRow): void
  removeOnTrust(unit: UnitId): void
  window(donorKey: DonorKey, window: number): readonly OnTrustRow[]
  /** Rows of windows from before the last error of their donors. */
  inDoubt(limit: number): readonly OnTrustRow[]
  /** Donors with results in an open window that began before `before`. */
  openWindows(before: UnixMs, limit: number): readonly DonorKey[]
  /** Notes when the open window of this donor began. */
  windowOpened(donorKey: DonorKey, at: UnixMs): void
  /** Units on which results differ, any of them. */
  disputed(limit: number): readonly UnitId[]
  /** Donors whose trust is suspended until this unit is decided. */
  disputants(unit: UnitId): readonly DonorKey[]
  /** Same again: no effect. `donorKeys` may be empty: results differ, and nobody's trust is suspended. */
  addDispute(unit: UnitId, donorKeys: readonly DonorKey[]): void
  endDispute(unit: UnitId): void
  ban(donorKey: DonorKey, at: UnixMs): void
  /** False when it was not banned. */
  unban(donorKey: DonorKey): boolean
  isBanned(donorKey: DonorKey): boolean
  /** Donors in the order in which they came, after `cursor` of them. */
  donorAccounts(cursor: number, limit: number): readonly DonorAccount[]
}

/** Grants and the ledger records they were sealed into. Writing needs an open transaction. */
export interface GrantStore {
  /** Only for a copy that the donor has; a second grant for the same (unit, donor) is refused (`internal`). */
  addGrant(row: GrantRow): void
  isGranted(unit: UnitId, donorKey: DonorKey): boolean
  /** Grants that no ledger record covers yet, in order. */
  unsealed(limit: number): readonly NumberedGrant[]
  /** The donor's last ledger record: next sequence and cumulative fuel build on it. */
  lastRecord(donorKey: DonorKey): LedgerRecord | undefined
  /** Adds records that together cover all unsealed grants up to `throughGrant`. */
  addSealed(records: readonly SealedRecord[], throughGrant: number): void
  /** A second revocation for the same (unit, donor) is refused by the schema (`internal`). */
  addRevocation(row: RevocationRow): void
  /** All revocations of the project, for checks. */
  revocations(): readonly RevocationRow[]
  /** Revocations that no ledger record covers yet, in order. Their grants are sealed when nothing is {@link unsealed}. */
  unsealedRevocations(limit: number): readonly NumberedGrant[]
  /** Adds records that together cover all unsealed revocations up to the last one of theirs. */
  addSealedRevocations(records: readonly SealedRecord[]): void
  sealedRecord(donorKey: DonorKey, sequence: number): SealedRecord | undefined
  /** What the record grants or takes back, in `compareUnits` order. */
  sealedUnits(sealed: SealedRecord): readonly UnitId[]
  ledgerTotals(): LedgerTotals
  /** Epoch of the ledger that new records belong to. */
  ledgerEpoch(): number
  /**
   * Closes the ledger of the present epoch and makes the next one the present: every record goes on to it, in its
   * place. Answers its epoch.
   */
  nextLedger(): number
  /** All grants of the project, for checks. */
  grants(): Iterable<GrantRow>
}

/** One project's primary data. All calls are synchronous; a commit is on disk (`synchronous=FULL`). */
export interface PublisherStore extends CoreJournal, CatalogueStore, UnitStore, TrustStore, GrantStore {
  /** Runs `work` in one transaction: all or nothing. Nested calls join the outer one. */
  transact<T>(work: () => T): T
  /** Small values by name. */
  setting(name: string): string | undefined
  setSetting(name: string, value: string): void
  /** Copies the database as it is now into a new file, while it goes on being used. */
  backup(copyFile: string): Promise<void>
  /**
   * Copies the database into a new file and keeps the copy up to date: from then on a transaction is in both, on disk,
   * when it returns. Throws what the disk says; a later failure ends the copying and is told once.
   */
  replicate(copyFile: string, onFailure: (error: unknown) => void): void
  close(): void
}

/** The publisher's cores. Every append goes through the journal first. */
export interface PublisherCores {
  readonly projectKey: ProjectKey
  /** Key of the ledger of the present epoch. This and the next two change with {@link openLedger}. */
  readonly ledgerKey: Hex32
  /** The journal's name for that ledger: roles record encoded ledger blocks under it, then call `flushLedger`. */
  readonly ledgerCore: string
  readonly epoch: number
  /** Why this ledger can never be written again, in words for the log; undefined while it can. */
  readonly ledgerTrouble: string | undefined
  /** Rejects with `store-behind` when a peer proves that it holds more of the project core than there is here. */
  checkProject(): Promise<void>
  /** Opens the ledger of a later epoch, fills it from the journal and makes it the present one. */
  openLedger(epoch: number): Promise<void>
  /** Encodes, records and appends; resolves when the core has them. */
  appendProject(records: readonly ProjectRecord[]): Promise<void>
  projectRecords(): Promise<readonly ProjectRecord[]>
  encodeLedger(record: LedgerRecord): Uint8Array
  /** Appends what the journal holds beyond the ledger's end. Idempotent. */
  flushLedger(): Promise<void>
  /**
   * Opens the core with results of this epoch, appends what the journal holds beyond its end, and offers it to peers.
   * Answers its key. Rejects with `store-behind` or `store-forked` when it can never be written again. Roles record its
   * blocks under `resultsCoreName`, then call {@link flushResults}.
   */
  openResults(epoch: number): Promise<Hex32>
  /** No effect while no core with results is open. */
  flushResults(): Promise<void>
  ledgerRecords(from?: number): AsyncIterable<{ readonly index: number; readonly record: LedgerRecord }>
  /** The receipt of the grant in this block, as a file. Rejects with `not-found` when the ledger has no such block. */
  receipt(epoch: number, index: number): Promise<Uint8Array>
  /** Whether the module of this app is whole on this disk. */
  holdsModule(app: App): Promise<boolean>
  /** Puts an original module into a static core named by its content. Same bytes, same key. */
  addModule(original: Uint8Array): Promise<{ readonly moduleCore: Hex32 }>
  /**
   * Writes inputs of a batch as they come. `draft`: 32 random bytes of this call alone. When it resolves they are on disk
   * and offered to whoever knows their key. A call that fails, or is killed, may leave bytes for {@link dropInputs}.
   */
  addInputs(
    draft: Hex32,
    units: AsyncIterable<UnitInputs>,
  ): Promise<{ readonly inputs: BatchInputs; readonly units: number }>
  /** Removes what a call with this draft wrote and nobody published. */
  dropInputs(draft: Hex32): Promise<void>
  /** The inputs of one unit, from disk. Rejects with `not-found` for a batch without inputs. */
  unitInputs(batch: Batch, index: number): Promise<UnitInputs>
  /** The same without contents: what the unit is called and its own arguments. */
  inputLabel(batch: Batch, index: number): Promise<Pick<UnitInputs, 'name' | 'args'>>
  close(): Promise<void>
}

/** A donor that proved its key on this connection. */
export interface RemoteDonor {
  readonly donorKey: DonorKey
  /** Noise key of the machine. */
  readonly deviceKey: Hex32
  /** Where it connects from; undefined for this machine, and where nobody can tell. */
  readonly address?: string
}

/** What the publisher role answers to a donor that passed `hello`. Throwing a PowerswarmError answers with its code. */
export interface PublisherHandlers {
  hello(donor: RemoteDonor): HelloAnswer
  /** Resolves after the leases are on disk. Rejects with `busy` when they cannot be stored. */
  lease(donor: RemoteDonor, request: LeaseRequest): Promise<LeaseAnswer>
  /** Resolves after the units are free for others, on disk. Those that this machine does not hold are passed over. */
  giveBack(donor: RemoteDonor, given: GiveBack): Promise<void>
  /** Resolves after the transaction is on disk: that is what the acknowledgement means. Else rejects with `busy`. */
  submit(donor: RemoteDonor, results: readonly SubmittedResult[]): Promise<SubmitAnswer>
  grants(donor: RemoteDonor, request: GrantsRequest): GrantsAnswer
}

export interface PublisherNetwork {
  /** Announces the publisher and answers donors until {@link close}. Resolves when the DHT knows it. */
  serve(handlers: PublisherHandlers): Promise<void>
  /** Connected donors that passed `hello`. */
  donors(): readonly RemoteDonor[]
  /** How many they are. */
  readonly donorsConnected: number
  /** Tells these donors that the ledger has a new record of theirs. Lost notices are harmless: donors also ask. */
  notifyGranted(donorKeys: readonly DonorKey[]): void
  /** Tells everybody that there is new work. */
  notifyWork(): void
  onDonorsChanged(listener: () => void): () => void
  close(): Promise<void>
}

// ─── donor ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface StoredProject {
  readonly projectKey: ProjectKey
  /** The canonical link it was joined by. */
  readonly link: string
  readonly joinedAt: UnixMs
  readonly name: string
  readonly purpose: string
}
export interface StoredLease {
  readonly projectKey: ProjectKey
  readonly unit: UnitId
  readonly expiresAt: UnixMs
  /** Taken from the reserve by this donor itself: see domain/reserve.ts. */
  readonly selfAssigned?: boolean
}
/** Proof, checked and kept, that a publisher signed two stories. */
export interface StoredEvidence {
  readonly projectKey: ProjectKey
  /** Which ledger; undefined for the project core. */
  readonly epoch: number | undefined
  /** As contracts/wire writes evidence. */
  readonly file: Uint8Array
  readonly foundAt: UnixMs
}
export type StoredResultState = 'computed' | 'sent' | 'pending' | 'verified' | 'rejected' | 'uncounted'
export interface StoredResult {
  readonly projectKey: ProjectKey
  readonly unit: UnitId
  readonly appName: string
  readonly args: readonly string[]
  readonly run: UnitRun
  readonly state: StoredResultState
  readonly finishedAt: UnixMs
}

/** The donor's last ledger record in a project, without the donor's own key. */
export interface HeldGrant extends Pick<LedgerRecord, 'sequence' | 'units' | 'cumulativeFuel' | 'unitsRoot'> {
  readonly epoch: number
  readonly index: number
}

/** The donor's working state on disk. Synchronous; every call is one transaction unless inside `transact`. */
export interface DonorStore {
  transact<T>(work: () => T): T
  setting(name: string): string | undefined
  setSetting(name: string, value: string): void
  preferences(): Preferences
  savePreferences(preferences: Preferences): void

  projects(): readonly StoredProject[]
  saveProject(project: StoredProject): void
  /** Removes the project and its leases and unsent results; verified results and grants stay for the history. */
  removeProject(projectKey: ProjectKey): void

  /**
   * A unit that is already leased or already has a result here is left as it is; but a result of the reserve that counted
   * for nothing makes room for a lease of its publisher. Answers the new ones.
   */
  addLeases(leases: readonly StoredLease[]): readonly StoredLease[]
  leases(projectKey: ProjectKey): readonly StoredLease[]
  removeLease(projectKey: ProjectKey, unit: UnitId): void
  /** Units of the reserve that this donor took and that are not decided, computed or not. */
  selfAssigned(projectKey: ProjectKey): number

  /** Saves what a slot produced and ends the lease, in one transaction. */
  addResult(result: StoredResult): void
  result(projectKey: ProjectKey, unit: UnitId): StoredResult | undefined
  /** Results that the publisher has not acknowledged, oldest first. */
  unsent(projectKey: ProjectKey, limit: number): readonly StoredResult[]
  markResult(projectKey: ProjectKey, unit: UnitId, state: StoredResultState): void
  /**
   * What the publisher has of these units and has not decided is `uncounted`. A result that it did count before is
   * `verified` as soon as the grant comes. Twice is fine.
   */
  endPending(projectKey: ProjectKey, ended: Cancellation | Closing): void
  /** The last ones for a list, newest first: only the start of what they printed, and no standard error. */
  recentResults(limit: number): readonly StoredResult[]

  /**
   * A ledger record that was fetched and checked; marks its units verified, or rejected when it takes back. Same
   * sequence again: no effect.
   */
  addGrant(projectKey: ProjectKey, notice: GrantNotice, record: LedgerRecord): void
  /** Sequence to ask for next, and the total of the last record. */
  granted(projectKey: ProjectKey): {
    readonly nextSequence: number
    readonly cumulativeFuel: Fuel
    readonly units: number
  }
  /** The last of the records and where it lies; undefined before the first. */
  lastGrant(projectKey: ProjectKey): HeldGrant | undefined
  /** The last record lies in this ledger, too: from now on it is held from there. */
  moveLastGrant(projectKey: ProjectKey, epoch: number): void
  /** The first evidence about each core is kept. Answers whether this is it. */
  addEvidence(evidence: StoredEvidence): boolean
  evidence(projectKey: ProjectKey): readonly StoredEvidence[]
  grantedUnits(projectKey: ProjectKey): readonly UnitId[]
  /** Fuel and count of results that are not decided. */
  pending(projectKey: ProjectKey): { readonly fuel: Fuel; readonly units: number }
  close(): void
}

/** What a snapshot belongs to: it is of use to exactly this unit, rewritten into exactly these bytes. */
export interface SnapshotSubject {
  readonly projectKey: ProjectKey
  readonly unit: UnitId
  readonly rewriterVersion: number
  readonly rewrittenHash: Hex32
}

/** A unit's state half-way, and how far it had come. */
export interface SavedUnit {
  /** What the slot gave, at most `LIMITS.snapshotBytes`. */
  readonly bytes: Uint8Array
  /** At most what `bytes` will say: as of the last beat before. */
  readonly fuel: Fuel
  /** 0..1 as the app reported it; absent when it never did. */
  readonly fraction?: number
  /** Computing time without pauses. */
  readonly computedMs: number
}

/**
 * Snapshots of leased units, one for each at most. They only save time: whatever is wrong with one, it is dropped with a
 * line in the log, and its unit starts over.
 */
export interface SnapshotStore {
  /**
   * Takes the place of the unit's snapshot before. Rejects with `disk-full`, `disk-failed` or `limit-exceeded`; the one
   * before may then be gone or not.
   */
  save(subject: SnapshotSubject, saved: SavedUnit): Promise<void>
  /** Undefined when there is none for this subject on this machine and by this program; such a one is dropped. */
  load(subject: SnapshotSubject): Promise<SavedUnit | undefined>
  /** Also what is just being saved. No effect when there is none. */
  drop(projectKey: ProjectKey, unit: UnitId): void
  dropProject(projectKey: ProjectKey): void
  /** Drops at a start what crashes left: snapshots of other units, and what is none. */
  sweep(isLeased: (projectKey: ProjectKey, unit: UnitId) => boolean): void
  /** What is on its way to the disk gets `LIMITS.snapshotCloseMs`; the rest of what is being saved is abandoned. */
  close(): Promise<void>
}

/** Joins projects over the swarm. One Noise key per machine, one donor key per project. */
export interface DonorNetwork {
  join(link: Link, donorKeys: KeyPair): Promise<ProjectConnection>
  /**
   * The receipt of a grant that was fetched once, as a file: from the disk alone, also for a project that was left.
   * Rejects with `not-found` when a part of it is not here.
   */
  receipt(projectKey: ProjectKey, epoch: number, index: number): Promise<Uint8Array>
  /** Everything that passed since this object was made. */
  readonly bytes: NetworkBytes
  /** Meets other donors, or lets go of them and keeps to publishers. On unless it is told otherwise. */
  setMesh(on: boolean): Promise<void>
  suspend(): Promise<void>
  resume(): Promise<void>
  close(): Promise<void>
}

/** Counted at the sockets, whatever the bytes were for; small packets that look for peers may be missing. */
export interface NetworkBytes {
  readonly received: number
  readonly sent: number
}

export type ConnectionState = 'offline' | 'connected'

/** One project as the donor's network sees it. Redials by itself until {@link leave}. */
export interface ProjectConnection {
  readonly projectKey: ProjectKey
  readonly state: ConnectionState
  readonly meshPeers: number
  /** The publisher refused us, in words for the person; until it accepts again. */
  readonly trouble: string | undefined
  /** Its code; undefined when there is no trouble. */
  readonly troubleCode: ErrorCode | undefined
  /** What was found by everybody's donors, where the project publishes it: the latest, oldest first. */
  readonly found: readonly FoundResult[]
  /** State, trouble, mesh or {@link found} changed. */
  onChange(listener: () => void): () => void
  /** Records of the project core from the start, then live as they arrive, in order, each once. */
  onRecord(listener: (record: ProjectRecord) => void): () => void
  /** The publisher has new work / a new ledger record of ours. */
  onWork(listener: () => void): () => void
  onGranted(listener: () => void): () => void
  /**
   * `expiresAt` of a lease is by this machine's clock, whatever the publisher's says.
   * These reject with `not-connected` while offline and with the publisher's code otherwise.
   */
  lease(request: LeaseRequest): Promise<LeaseAnswer>
  giveBack(given: GiveBack): Promise<void>
  submit(results: readonly SubmittedResult[]): Promise<SubmitAnswer>
  grants(request: GrantsRequest): Promise<GrantsAnswer>
  /**
   * The publisher signed two stories of a core: evidence as a file, built from what both sides of the contradiction
   * signed and not checked yet.
   */
  onFork(listener: (evidence: Uint8Array) => void): () => void
  /** Fetches one block of the ledger of that epoch, checked against the publisher's signature. */
  ledgerRecord(epoch: number, index: number): Promise<LedgerRecord>
  /** Fetches the original module from whoever has it; checks length and hash (`module-hash-mismatch`). */
  module(app: App): Promise<Uint8Array>
  /**
   * Inputs of one unit, from disk or from whoever has them; empty ones for a batch without. Rejects with `not-connected`
   * when nobody brings them for `LIMITS.moduleStallMs`, and with `bad-record` when the publisher's are none.
   */
  inputs(batch: Batch, index: number): Promise<UnitInputs>
  leave(): Promise<void>
}

// ─── host ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface HostInfo {
  coresOnline(): number
  /** The day on this machine's calendar, `2026-11-22`. */
  localDay(at: UnixMs): string
  /** SHA-256, for module hashes. */
  moduleHash(bytes: Uint8Array): ModuleHash
}

/** Timers, so that tests drive time. `every` and `after` return the function that cancels. */
export interface Timers {
  after(ms: number, work: () => void): () => void
  every(ms: number, work: () => void): () => void
}

/** One line per event; never a secret, never a peer's text unescaped. */
export interface Log {
  (level: 'info' | 'warn' | 'error', event: string, details?: Readonly<Record<string, unknown>>): void
}
