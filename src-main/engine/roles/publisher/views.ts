import type {
  BatchStatus,
  DonorLine,
  DonorPage,
  PublisherStatus,
  UnitsByState,
  ResultPage,
  VerifiedUnit,
} from '../../../contracts/publisher-state.ts'
import { unitArguments, unitName, unitNumber } from '../../../domain/batch.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { unitText, type DonorKey } from '../../../domain/ids.ts'
import { sentBytes } from '../../../domain/outcome.ts'
import { isChecker } from '../../../domain/trust.ts'
import type { Batch } from '../../../domain/project.ts'
import { NO_INPUTS, type UnitInputs } from '../../../domain/unit-inputs.ts'
import { MIB } from '../../../domain/units.ts'
import type { Endings } from '../../../domain/endings.ts'
import type { BatchCounts, VerifiedRow } from '../../ports.ts'
import type { CancelledUnits } from './cancelled-units.ts'
import type { Catalogue } from './catalogue.ts'
import type { PublisherComponents } from './components.ts'

export interface Serving {
  readonly serving: boolean
  readonly donorsConnected: number
  readonly waiting?: string
}

const NOTHING_YET = {
  leased: 0,
  pending: 0,
  verified: 0,
  trusted: 0,
  released: 0,
  inconclusive: 0,
  suspended: 0,
}

/** What `powerswarm status` shows of this project right now. */
export function publisherStatus(
  { store, cores }: PublisherComponents,
  catalogue: Catalogue,
  cancelledUnits: CancelledUnits,
  link: string,
  serving: Serving,
): PublisherStatus {
  const { donors, ...ledger } = store.ledgerTotals()
  const counts = new Map(store.counts().map((row) => [row.batch, row]))
  const plans = store.plans()
  const batches = catalogue.batches.map(({ batch, app, count }): BatchStatus => {
    const row = { ...(counts.get(batch) ?? NOTHING_YET), batch }
    const trust = catalogue.trust(batch)
    const { priority, deadline } = catalogue.plan(batch)
    const { reserve } = plans[batch] ?? {}
    return {
      batch,
      app,
      units: count,
      ...unitsByState(count, row, catalogue.endings, cancelledUnits),
      ...(trust ? { maxError: trust.maxError } : {}),
      priority,
      ...(deadline !== undefined && { deadline }),
      ...(reserve && !reserve.isReleased && { reserve: reserve.units }),
      cancelled: catalogue.endings.hasBatch(batch),
    }
  })
  return {
    projectKey: cores.projectKey,
    name: catalogue.manifest?.name ?? '',
    purpose: catalogue.manifest?.purpose ?? '',
    link,
    ...serving,
    closed: catalogue.endings.closed,
    donorsGranted: donors,
    apps: catalogue.apps.map(({ app, name, moduleHash, memoryLimitBytes, checkpoint = false }) => ({
      app,
      name,
      moduleHash,
      checkpoint,
      memoryLimitBytes,
    })),
    batches,
    ledger,
  }
}

/** Every unit in one state. Of a cancelled batch, what has no answer is cancelled. */
function unitsByState(
  count: number,
  row: BatchCounts,
  endings: Endings,
  cancelledUnits: CancelledUnits,
): UnitsByState {
  const { batch, leased, pending, inconclusive, trusted: acceptedOnTrust } = row
  const verified = row.verified + row.released
  const answered = verified + acceptedOnTrust + inconclusive
  const decided = { acceptedOnTrust, verified, inconclusive }
  if (endings.hasBatch(batch))
    return { ...decided, unsent: 0, leased: 0, pending: 0, suspended: 0, cancelledUnits: count - answered }
  const cancelled = cancelledUnits.of(endings, batch)
  return {
    ...decided,
    leased,
    pending,
    unsent: count - leased - pending - answered - row.suspended - cancelled.unsent,
    suspended: row.suspended - cancelled.suspended,
    cancelledUnits: cancelled.unsent + cancelled.suspended,
  }
}

/** Donors after the first `cursor` of them. */
export function donorPage(
  { store }: PublisherComponents,
  connected: ReadonlySet<DonorKey>,
  { cursor, limit }: { readonly cursor: number; readonly limit: number },
): DonorPage {
  const accounts = store.donorAccounts(cursor, limit + 1)
  const donors = accounts.slice(0, limit).map(({ donorKey, trust, ...account }): DonorLine => {
    const { leased, verified, rejected, banned } = account
    const { proven, held } = trust
    return {
      donor: donorKey,
      connected: connected.has(donorKey),
      banned,
      leased,
      verified,
      rejected,
      proven,
      held,
      checker: isChecker(trust),
    }
  })
  return accounts.length > limit ? { donors, next: cursor + limit } : { donors }
}

/** The receipt of a donor's last record, as a file. Rejects with `not-found` for a donor without one. */
export async function donorReceipt(
  { store, cores }: PublisherComponents,
  donorKey: DonorKey,
): Promise<Uint8Array> {
  const last = store.lastRecord(donorKey)
  const sealed = last && store.sealedRecord(donorKey, last.sequence)
  if (!sealed) throw new PowerswarmError('not-found', `No credit was granted to donor ${donorKey} yet`)
  return cores.receipt(sealed.epoch, sealed.index)
}

/** A page ends early when its outputs grow beyond this. */
const PAGE_BYTES = 4 * MIB

/** Verified units after `cursor` in the order of verification. Throws `bad-argument` for a foreign cursor. */
export async function resultPage(
  { store, cores }: PublisherComponents,
  catalogue: Catalogue,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): Promise<ResultPage> {
  if (!/^\d{0,15}$/.test(cursor))
    throw new PowerswarmError('bad-argument', `'${cursor}' is not a cursor of results`)
  const rows = store.verifiedAfter(Number(cursor), limit + 1)
  const units: VerifiedUnit[] = []
  let last = Number(cursor)
  let bytes = 0
  for (const row of rows) {
    bytes += row.output.stdout.byteLength + sentBytes(row.output.files ?? [])
    if (units.length >= limit || (bytes > PAGE_BYTES && units.length > 0)) break
    units.push(await verifiedUnit(row, catalogue, cores))
    last = row.cursor
  }
  return { units, cursor: String(last), more: units.length < rows.length }
}

async function verifiedUnit(
  { unit, verifiedAt, output, donors }: VerifiedRow,
  catalogue: Catalogue,
  cores: PublisherComponents['cores'],
): Promise<VerifiedUnit> {
  const batch = catalogue.batch(unit.batch)
  if (!batch) throw new Error(`batch ${unit.batch} is verified but not published`)
  const label = batch.inputs ? await labelOnDisk(cores, batch, unit.index) : NO_INPUTS
  return {
    unit: unitText(unit),
    ...unit,
    n: unitNumber(batch, unit.index),
    name: unitName(batch, unit.index, label),
    ...(label && { args: unitArguments(batch, unit.index, label) }),
    outcome: output.outcome,
    exitCode: output.exitCode,
    fuel: output.fuel,
    stdout: output.stdout,
    files: output.files ?? [],
    verifiedAt,
    donors,
  }
}

/** Undefined where the inputs are lost or damaged, as after a restore: a verified result is worth having without them. */
async function labelOnDisk(
  cores: PublisherComponents['cores'],
  batch: Batch,
  index: number,
): Promise<Pick<UnitInputs, 'name' | 'args'> | undefined> {
  try {
    return await cores.inputLabel(batch, index)
  } catch (error) {
    // Anything else, such as cores that are being closed, says nothing about the inputs.
    if (error instanceof PowerswarmError) return undefined
    throw error
  }
}
