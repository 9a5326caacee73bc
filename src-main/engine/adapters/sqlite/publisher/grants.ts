import type Database from 'better-sqlite3'
import { compareUnits, type DonorKey, type Hex32 } from '../../../../domain/ids.ts'
import type { LedgerRecord } from '../../../../domain/project.ts'
import type { GrantRow, GrantStore, SealedRecord } from '../../../ports.ts'
import { blob32, hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { Grants } from './revocations.ts'

interface GrantColumns {
  id: bigint
  batch: bigint
  idx: bigint
  donor: bigint
  fuel: bigint
}
interface RecordColumns {
  donor: bigint
  sequence: bigint
  epoch: bigint
  idx: bigint
  at: bigint
  units: bigint
  fuel: bigint
  cumulative_fuel: bigint
  units_root: Buffer
  first_grant: bigint
  last_grant: bigint
}
interface TotalColumns {
  records: number
  donors: number
  grants: number
  fuel: string
}

const PAGE = 4096

/** Without what was taken back: see `withRevocations`. */
export function grants(db: Database.Database, tx: Transactions, ids: DonorIds): Grants {
  const insert = db.prepare('INSERT INTO grants (batch, idx, donor, fuel) VALUES (?, ?, ?, ?)')
  const one = db
    .prepare<[number, number, number], number>(
      'SELECT 1 FROM grants WHERE batch = ? AND idx = ? AND donor = ?',
    )
    .pluck()
  const unsealed = db
    .prepare<[number], GrantColumns>(
      `SELECT id, batch, idx, donor, fuel FROM grants
       WHERE id > (SELECT sealed_through FROM ledger) ORDER BY id LIMIT ?`,
    )
    .safeIntegers()
  const page = db
    .prepare<[bigint, number], GrantColumns>(
      'SELECT id, batch, idx, donor, fuel FROM grants WHERE id > ? ORDER BY id LIMIT ?',
    )
    .safeIntegers()
  const lastRecord = db
    .prepare<[number], RecordColumns>(
      'SELECT * FROM ledger_records WHERE donor = ? ORDER BY sequence DESC LIMIT 1',
    )
    .safeIntegers()
  const oneRecord = db
    .prepare<[number, number], RecordColumns>('SELECT * FROM ledger_records WHERE donor = ? AND sequence = ?')
    .safeIntegers()
  // By this index a record costs as many rows as it has units, whatever other donors were granted meanwhile.
  const unitsOf = db.prepare<[number, number, number], { batch: number; idx: number }>(
    'SELECT batch, idx FROM grants INDEXED BY grants_by_donor WHERE donor = ? AND id BETWEEN ? AND ?',
  )
  const seal = db.prepare('INSERT INTO ledger_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const totals = db.prepare<[], TotalColumns>('SELECT records, donors, grants, fuel FROM ledger')
  const setTotals = db.prepare(
    'UPDATE ledger SET records = ?, donors = ?, grants = ?, fuel = ?, sealed_through = ?',
  )
  const through = db.prepare<[], number>('SELECT sealed_through FROM ledger').pluck()

  const ledgerTotals: GrantStore['ledgerTotals'] = () => {
    const row = totals.get()
    if (!row) throw new Error('the ledger totals are missing')
    return { ...row, fuel: BigInt(row.fuel) }
  }
  const grantOf = (row: GrantColumns): GrantRow => ({
    unit: { batch: Number(row.batch), index: Number(row.idx) },
    donorKey: ids.key(Number(row.donor)),
    fuel: row.fuel,
  })
  const recordOf = (row: RecordColumns, donorKey: DonorKey): LedgerRecord => ({
    sequence: Number(row.sequence),
    donorKey,
    at: Number(row.at),
    units: Number(row.units),
    fuel: row.fuel,
    cumulativeFuel: row.cumulative_fuel,
    unitsRoot: hexOf<Hex32>(row.units_root),
  })
  const sealedOf = (row: RecordColumns, donorKey: DonorKey): SealedRecord => ({
    epoch: Number(row.epoch),
    index: Number(row.idx),
    record: recordOf(row, donorKey),
    firstGrant: Number(row.first_grant),
    lastGrant: Number(row.last_grant),
  })
  return {
    addGrant({ unit, donorKey, fuel }) {
      tx.needed()
      insert.run(unit.batch, unit.index, ids.ensure(donorKey), fuel)
    },
    isGranted: ({ batch, index }, donorKey) => {
      const id = ids.find(donorKey)
      return id !== undefined && one.get(batch, index, id) !== undefined
    },
    unsealed: (limit) => unsealed.all(limit).map((row) => ({ ...grantOf(row), grant: Number(row.id) })),
    lastRecord: (donorKey) => {
      const id = ids.find(donorKey)
      const row = id === undefined ? undefined : lastRecord.get(id)
      return row && recordOf(row, donorKey)
    },
    addSealed(records, throughGrant) {
      tx.needed()
      if (throughGrant <= (through.get() ?? 0)) throw new Error('these grants are in the ledger already')
      let { records: count, donors, grants: granted, fuel } = ledgerTotals()
      for (const { epoch, index, record, firstGrant, lastGrant } of records) {
        const { sequence, donorKey, at, units, fuel: recordFuel, cumulativeFuel, unitsRoot } = record
        const amounts = [at, units, recordFuel, cumulativeFuel, blob32(unitsRoot)]
        seal.run(ids.ensure(donorKey as DonorKey), sequence, epoch, index, ...amounts, firstGrant, lastGrant)
        count += 1
        granted += units
        fuel += recordFuel
        if (sequence === 0) donors += 1
      }
      setTotals.run(count, donors, granted, fuel.toString(), throughGrant)
    },
    sealedRecord: (donorKey, sequence) => {
      const id = ids.find(donorKey)
      const row = id === undefined ? undefined : oneRecord.get(id, sequence)
      return row && sealedOf(row, donorKey)
    },
    sealedUnits: ({ record, firstGrant, lastGrant }) => {
      const id = ids.find(record.donorKey as DonorKey)
      if (id === undefined) return []
      const rows = unitsOf.all(id, firstGrant, lastGrant)
      return rows.map(({ batch, idx }) => ({ batch, index: idx })).sort(compareUnits)
    },
    ledgerTotals,
    *grants() {
      // By pages: an open cursor would block the connection for everybody else.
      for (let after = 0n; ;) {
        const rows = page.all(after, PAGE)
        for (const row of rows) yield grantOf(row)
        const last = rows.at(-1)
        if (!last) return
        after = last.id
      }
    },
  }
}
