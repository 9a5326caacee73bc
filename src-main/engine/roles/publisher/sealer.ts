import { compareUnits, type DonorKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { LedgerRecord } from '../../../domain/project.ts'
import type { NumberedGrant, SealedRecord } from '../../ports.ts'
import type { PublisherComponents } from './components.ts'
import { mendLedger } from './mend-ledger.ts'
import type { Restored } from './restored.ts'

/** Grants that one transaction seals at most. */
const GRANTS_PER_ROUND = 8192
/** Donors whose last record is remembered. */
const REMEMBERED = 20_000

/**
 * Puts grants on the ledger. One transaction makes the records of all unsealed grants and the bytes of their blocks;
 * only then are the bytes appended. Killed before the commit nothing has happened; killed after it, the next opening
 * appends the same bytes. So each grant is on the ledger exactly once.
 */
export class Sealer {
  private readonly parts: PublisherComponents
  private readonly restored: Pick<Restored, 'why'>
  private readonly tellDonors: (donorKeys: readonly DonorKey[]) => void
  /** Donors with records that may not be in the core yet. */
  private toTell = new Set<DonorKey>()
  /** The last record of donors that were granted something lately, as it is on disk. */
  private readonly lastRecords = new Map<DonorKey, LedgerRecord>()
  private dirty = true
  private running: Promise<void> | undefined
  private visible = 0
  private trouble: string | undefined
  private stopTimer: (() => void) | undefined

  constructor(
    parts: PublisherComponents,
    restored: Pick<Restored, 'why'>,
    tellDonors: (donorKeys: readonly DonorKey[]) => void,
  ) {
    this.parts = parts
    this.restored = restored
    this.tellDonors = tellDonors
  }

  /** Seals every `LIMITS.sealEveryMs` when there is something to seal. */
  start(): void {
    this.stopTimer ??= this.parts.timers.every(LIMITS.sealEveryMs, () => {
      if (this.dirty || this.parts.cores.ledgerTrouble !== undefined) void this.seal()
    })
  }

  /** There are new grants. */
  poke(): void {
    this.dirty = true
  }

  /** Whether the core has this record, so that a donor can fetch it. */
  isVisible(epoch: number, index: number): boolean {
    return epoch < this.parts.cores.epoch || index < this.visible
  }

  /** Seals all that is decided and appends it. A failure is logged, changes nothing and is tried again. */
  async seal(): Promise<void> {
    this.running ??= this.round().finally(() => {
      this.running = undefined
    })
    await this.running
  }

  async stop(): Promise<void> {
    this.stopTimer?.()
    this.stopTimer = undefined
    await this.running
    if (this.dirty) await this.seal()
  }

  private async round(): Promise<void> {
    const { store, cores, log } = this.parts
    if (this.restored.why !== undefined) return
    this.dirty = false
    try {
      if (await mendLedger(this.parts)) this.visible = 0
      let sealed
      do {
        sealed = store.transact(() => this.sealSome())
        this.remember(sealed.records)
      } while (sealed.grants === GRANTS_PER_ROUND)
      // Only now: what is taken back was granted before.
      do {
        sealed = store.transact(() => this.sealRevocations())
        this.remember(sealed.records)
      } while (sealed.grants === GRANTS_PER_ROUND)
      const length = store.length(cores.ledgerCore)
      await cores.flushLedger()
      this.visible = Math.max(this.visible, length)
    } catch (error) {
      this.dirty = true
      const message = error instanceof Error ? error.message : String(error)
      // It is tried again ten times a second: the same trouble is said once.
      if (message !== this.trouble) log('error', 'seal-failed', { message })
      this.trouble = message
      return
    }
    this.trouble = undefined
    const told = [...this.toTell]
    this.toTell.clear()
    if (told.length > 0) this.tellDonors(told)
  }

  private sealSome(): Sealed {
    const { store } = this.parts
    const grants = store.unsealed(GRANTS_PER_ROUND)
    const last = grants.at(-1)
    if (!last) return { grants: 0, records: [] }
    const records = this.recorded(grants)
    store.addSealed(records, last.grant)
    return { grants: grants.length, records }
  }

  private sealRevocations(): Sealed {
    const { store } = this.parts
    const revocations = store.unsealedRevocations(GRANTS_PER_ROUND)
    if (revocations.length === 0) return { grants: 0, records: [] }
    const records = this.recorded(revocations, { revokes: true })
    store.addSealedRevocations(records)
    return { grants: revocations.length, records }
  }

  /** The records of these grants, or revocations, with the bytes of their blocks in the journal. */
  private recorded(grants: readonly NumberedGrant[], kind: Kind = {}): SealedRecord[] {
    const { store, cores, clock } = this.parts
    const at = clock.now()
    const drafts = [...byDonor(grants)].flatMap(([donorKey, own]) => this.recordsOf(donorKey, own, at, kind))
    const first = store.record(
      cores.ledgerCore,
      drafts.map(({ record }) => cores.encodeLedger(record)),
    )
    return drafts.map((draft, offset) => ({ ...draft, epoch: cores.epoch, index: first + offset }))
  }

  /** Only what is committed: the next records build on it. */
  private remember(records: readonly SealedRecord[]): void {
    if (this.lastRecords.size > REMEMBERED) this.lastRecords.clear()
    for (const { record } of records) this.lastRecords.set(record.donorKey as DonorKey, record)
  }

  private recordsOf(donorKey: DonorKey, grants: readonly NumberedGrant[], at: number, kind: Kind): Draft[] {
    const previous = this.lastRecords.get(donorKey) ?? this.parts.store.lastRecord(donorKey)
    let sequence = previous ? previous.sequence + 1 : 0
    let cumulativeFuel = previous?.cumulativeFuel ?? 0n
    const drafts: Draft[] = []
    for (let start = 0; start < grants.length; start += LIMITS.grantUnits) {
      const part = grants.slice(start, start + LIMITS.grantUnits)
      const fuel = part.reduce((sum, grant) => sum + grant.fuel, 0n)
      cumulativeFuel += kind.revokes ? -fuel : fuel
      const unitsRoot = this.parts.digests.unitsRoot(part.map(({ unit }) => unit).sort(compareUnits))
      const record = { sequence, donorKey, at, units: part.length, fuel, cumulativeFuel, unitsRoot, ...kind }
      drafts.push({ record, firstGrant: part[0]?.grant ?? 0, lastGrant: part.at(-1)?.grant ?? 0 })
      sequence += 1
    }
    this.toTell.add(donorKey)
    return drafts
  }
}

/** Whether records grant or take back. */
type Kind = Pick<LedgerRecord, 'revokes'>

/** What one transaction put on the ledger: how many grants or revocations, and their records. */
interface Sealed {
  readonly grants: number
  readonly records: readonly SealedRecord[]
}

interface Draft {
  readonly record: LedgerRecord
  readonly firstGrant: number
  readonly lastGrant: number
}

function byDonor(grants: readonly NumberedGrant[]): Map<DonorKey, NumberedGrant[]> {
  const groups = new Map<DonorKey, NumberedGrant[]>()
  for (const grant of grants) {
    const group = groups.get(grant.donorKey)
    if (group) group.push(grant)
    else groups.set(grant.donorKey, [grant])
  }
  return groups
}
