import type Database from 'better-sqlite3'
import { PowerswarmError } from '../../../../../domain/errors.ts'
import { unitText, type DonorKey, type Hex32, type UnitId } from '../../../../../domain/ids.ts'
import type { Fuel, UnixMs } from '../../../../../domain/units.ts'
import type { WorkUnit } from '../../../../../domain/work-unit.ts'
import type { CopyRow, OutputRow } from '../../../../ports.ts'
import { blob32, outcomeNumber } from '../../columns.ts'
import { fileRows } from '../../file-rows.ts'
import { bulkInsert } from './bulk-insert.ts'
import type { Tallies } from '../tallies.ts'
import type { ChangeLog } from './change-log.ts'
import type { Pools } from './pools.ts'
import type { Tails } from './tails.ts'
import type { UnitEntry, UnitState } from './unit-entry.ts'
import type { UnitTable } from './unit-table.ts'
import type { Windows } from './windows.ts'

/** Changes of units and lists, part of the open transaction. */
export interface Edits {
  /** Units of the batch below `end` are handed out. */
  takeFresh(batch: number, end: number): void
  /** `lottery` counts at the first save only. */
  saveUnit(unit: UnitId, after: WorkUnit, lottery: number): void
  /** Puts the donor's copy in the place of an earlier one, if there is one. */
  saveCopy(after: CopyRow): void
  addOutput(row: OutputRow): void
  keepOutput(unit: UnitId, digest: Hex32 | undefined): void
  addVerified(unit: UnitId, at: UnixMs): void
  addGrant(unit: UnitId, donorKey: DonorKey, fuel: Fuel): void
  saveTrust(unit: UnitId, values: Pick<UnitState, 'onTrust'> | Pick<UnitState, 'disputants'>): void
  sealThrough(grant: number): void
  /** How many copies more the donor holds than before this transaction. */
  leasedMore(donorKey: DonorKey): number
  change(entry: UnitEntry, values: Partial<UnitState>): void
  /** Lists units in pools and windows as they are now. Whoever looks into those calls it before. */
  list(): void
  /** Writes outputs that wait for others. Whoever reads the table calls it before; so does the commit. */
  writeOutputs(): void
  /** Units that the transaction changed. */
  readonly changed: readonly UnitEntry[]
  /** The same; the next transaction begins. */
  take(): readonly UnitEntry[]
  takeBack(): void
}

export interface EditsInit {
  readonly db: Database.Database
  readonly table: UnitTable
  readonly tallies: Tallies
  readonly tails: Tails
  readonly pools: Pools
  readonly windows: Windows
  readonly log: ChangeLog
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export function edits({ db, table, tallies, tails, pools, windows, log }: EditsInit): Edits {
  // Outputs go to their table with the transaction: they are large, and their rows never move.
  const insertOutput = bulkInsert(db, 'INSERT INTO outputs (id, digest, outcome, exit_code, fuel, stdout)', 6)
  const lastOutput = db.prepare<[], number | null>('SELECT max(id) FROM outputs').pluck()
  let nextOutput = (lastOutput.get() ?? 0) + 1
  let nextOutputBefore = nextOutput
  const outputFiles = fileRows(db, 'output_files', 'output')
  const dropOutput = db.prepare('DELETE FROM outputs WHERE id = ?')
  let changed: UnitEntry[] = []
  /** Those that the pools list as they were. */
  let unlisted: UnitEntry[] = []
  const leased = new Map<DonorKey, number>()
  const freshBefore = new Map<number, number>()

  /** The unit's state, to be changed in place: one copy for a transaction, and for each listing within it. */
  const writable = (entry: UnitEntry): Writable<UnitState> => {
    const { state } = entry
    const isListed = entry.listed === state
    if (isListed) unlisted.push(entry)
    if (!entry.before) {
      entry.before = state
      changed.push(entry)
    } else if (!isListed && entry.before !== state) return state
    return (entry.state = { ...state })
  }
  const change = (entry: UnitEntry, values: Partial<UnitState>): void => {
    Object.assign(writable(entry), values)
  }
  const existing = (unit: UnitId): UnitEntry => {
    const entry = table.find(unit)
    if (!entry) throw refusal(`has no unit ${unitText(unit)}`)
    return entry
  }
  const leasedMore = (donorKey: DonorKey): number => leased.get(donorKey) ?? 0
  const list = (): void => {
    for (const entry of unlisted) {
      pools.moved(entry.unit, entry.listed, entry.state)
      windows.moved(entry.unit, entry.listed, entry.state)
      entry.listed = entry.state
    }
    unlisted = []
  }
  const begin = (): void => {
    list()
    changed = []
    leased.clear()
    freshBefore.clear()
    nextOutputBefore = nextOutput
  }
  return {
    change,
    leasedMore,
    list,
    writeOutputs: () => {
      insertOutput.flush()
    },
    takeFresh(batch, end) {
      const { fresh = end } = tallies.fresh(batch) ?? {}
      if (!freshBefore.has(batch)) freshBefore.set(batch, fresh)
      tallies.setFresh(batch, end)
      log.fresh(batch, end)
    },
    saveUnit(unit, after, lottery) {
      const entry = table.find(unit) ?? table.create(unit)
      const state = writable(entry)
      if (state.work.state === 'unsent') state.lottery = lottery
      state.work = after
    },
    saveCopy(after) {
      const entry = existing(after.unit)
      const state = writable(entry)
      const { copies } = state
      const place = copies.findIndex(({ donorKey }) => donorKey === after.donorKey)
      const before = copies[place]
      const copy = kept(after, entry.unit)
      state.copies = before ? copies.with(place, copy) : [...copies, copy]
      const more = Number(copy.standing === 'leased') - Number(before?.standing === 'leased')
      if (more !== 0) leased.set(copy.donorKey, leasedMore(copy.donorKey) + more)
    },
    addOutput(row) {
      const entry = existing(row.unit)
      const { outputs } = entry.state
      if (outputs.some(({ digest }) => digest === row.digest)) return
      const { digest, outcome, exitCode, fuel, stdout, files = [] } = row
      const id = nextOutput++
      insertOutput.add(id, blob32(digest), outcomeNumber(outcome), exitCode, fuel, stdout)
      if (files.length > 0) {
        insertOutput.flush()
        outputFiles.add(id, files)
      }
      writable(entry).outputs = [...outputs, { id, digest }]
    },
    keepOutput(unit, digest) {
      const entry = existing(unit)
      const { outputs } = entry.state
      insertOutput.flush()
      for (const output of outputs) if (output.digest !== digest) dropOutput.run(output.id)
      writable(entry).outputs = outputs.filter((output) => output.digest === digest)
    },
    addVerified(unit, at) {
      tails.addVerified(unit, at)
      log.verified(unit, at)
    },
    addGrant(unit, donorKey, fuel) {
      const entry = existing(unit)
      const { copies, granted } = entry.state
      if (!copies.some((copy) => copy.donorKey === donorKey))
        throw refusal(`has no copy of unit ${unitText(unit)} for a grant`)
      if (granted.includes(donorKey)) throw refusal(`has this grant of unit ${unitText(unit)} already`)
      writable(entry).granted = [...granted, donorKey]
      tails.addGrant(unit, donorKey, fuel)
      log.grant(unit, donorKey, fuel)
    },
    saveTrust(unit, values) {
      change(existing(unit), values)
    },
    sealThrough(grant) {
      tails.sealThrough(grant)
      log.sealed(grant)
    },
    get changed() {
      return changed
    },
    take() {
      const taken = changed
      begin()
      return taken
    },
    takeBack() {
      insertOutput.forget()
      nextOutput = nextOutputBefore
      for (const entry of changed) {
        const { before = entry.state } = entry
        if (entry.listed === entry.state) unlisted.push(entry)
        entry.state = before
        entry.before = undefined
        if (entry.state.work.state === 'unsent') table.drop(entry.unit)
      }
      for (const [batch, fresh] of freshBefore) tallies.setFresh(batch, fresh)
      begin()
    },
  }
}

/** What the database, not its caller, must make sure of: such a write is a bug of this program. */
export function refusal(fault: string): PowerswarmError {
  return new PowerswarmError('internal', `The database ${fault}`)
}

/** The machine is of interest only while it holds the copy. */
function kept(copy: CopyRow, unit: UnitId): CopyRow {
  const { donorKey, standing, expiresAt, answeredAt, digest, deviceKey, selfAssigned } = copy
  const own: Writable<CopyRow> = { unit, donorKey, standing, expiresAt }
  // Not spread: this runs several times for every unit.
  if (answeredAt !== undefined) own.answeredAt = answeredAt
  if (digest !== undefined) own.digest = digest
  if (standing === 'leased' && deviceKey !== undefined) own.deviceKey = deviceKey
  if (selfAssigned) own.selfAssigned = selfAssigned
  return own
}
