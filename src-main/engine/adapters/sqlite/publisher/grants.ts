import type Database from 'better-sqlite3'
import { compareUnits, type DonorKey, type Hex32 } from '../../../../domain/ids.ts'
import type { LedgerRecord } from '../../../../domain/project.ts'
import type { GrantRow, NumberedGrant, SealedRecord } from '../../../ports.ts'
import { blob32, hexOf } from '../columns.ts'
import { ByteReader, ByteWriter } from '../bytes.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import { ledgerEpochs } from './ledger-epochs.ts'
import type { LiveState } from './live/live-state.ts'
import type { Grants } from './revocations.ts'

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
  granted: Buffer
}
interface TotalColumns {
  records: number
  donors: number
  grants: number
  fuel: string
}

const PAGE = 256

/** Without what was taken back: see `withRevocations`. */
export function grants(
  db: Database.Database,
  { table, edits, tails }: LiveState,
  tx: Transactions,
  ids: DonorIds,
): Grants {
  const page = db
    .prepare<[bigint, bigint, number], RecordColumns>(
      'SELECT * FROM ledger_records WHERE (epoch, idx) > (?, ?) ORDER BY epoch, idx LIMIT ?',
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
  const grantedBy = db
    .prepare<[number, number], Buffer>('SELECT granted FROM ledger_records WHERE donor = ? AND sequence = ?')
    .pluck()
  const seal = db.prepare('INSERT INTO ledger_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const totals = db.prepare<[], TotalColumns>('SELECT records, donors, grants, fuel FROM ledger')
  const setTotals = db.prepare(
    'UPDATE ledger SET records = ?, donors = ?, grants = ?, fuel = ?, sealed_through = ?',
  )
  const through = db.prepare<[], number>('SELECT sealed_through FROM ledger').pluck()

  const epochs = ledgerEpochs(db, tx)
  const ledgerTotals: Grants['ledgerTotals'] = () => {
    const row = totals.get()
    if (!row) throw new Error('the ledger totals are missing')
    return { ...row, fuel: BigInt(row.fuel) }
  }
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
      edits.addGrant(unit, donorKey, fuel)
    },
    isGranted: (unit, donorKey) => table.find(unit)?.state.granted.includes(donorKey) ?? false,
    unsealed: (limit) => tails.unsealed.slice(0, limit),
    lastRecord: (donorKey) => {
      const id = ids.find(donorKey)
      const row = id === undefined ? undefined : lastRecord.get(id)
      return row && recordOf(row, donorKey)
    },
    addSealed(records, throughGrant) {
      tx.needed()
      if (throughGrant <= (through.get() ?? 0)) throw new Error('these grants are in the ledger already')
      const byDonor = grantsByDonor(tails.unsealed)
      let { records: count, donors, grants: grantCount, fuel } = ledgerTotals()
      for (const { epoch, index, record, firstGrant, lastGrant } of records) {
        const { sequence, donorKey, at, units, fuel: recordFuel, cumulativeFuel, unitsRoot } = record
        const amounts = [at, units, recordFuel, cumulativeFuel, blob32(unitsRoot)]
        const own = byDonor.get(donorKey) ?? []
        const granted = packGrants(own.filter(({ grant }) => grant >= firstGrant && grant <= lastGrant))
        const place = [ids.ensure(donorKey as DonorKey), sequence, epoch, index]
        seal.run(...place, ...amounts, firstGrant, lastGrant, granted)
        count += 1
        grantCount += units
        fuel += recordFuel
        if (sequence === 0) donors += 1
      }
      setTotals.run(count, donors, grantCount, fuel.toString(), throughGrant)
      edits.sealThrough(throughGrant)
    },
    sealedRecord: (donorKey, sequence) => {
      const id = ids.find(donorKey)
      const row = id === undefined ? undefined : oneRecord.get(id, sequence)
      return row && sealedOf(row, donorKey)
    },
    sealedUnits: ({ record }) => {
      const id = ids.find(record.donorKey as DonorKey)
      const granted = id === undefined ? undefined : grantedBy.get(id, record.sequence)
      return granted
        ? unpackGrants(granted)
            .map(({ unit }) => unit)
            .sort(compareUnits)
        : []
    },
    ledgerTotals,
    ledgerEpoch: epochs.present,
    nextLedger: epochs.next,
    *grants() {
      // By pages: an open cursor would block the connection for everybody else.
      let [epoch, index] = [-1n, -1n]
      for (;;) {
        const rows = page.all(epoch, index, PAGE)
        for (const row of rows) {
          const donorKey = ids.key(Number(row.donor))
          for (const { unit, fuel } of unpackGrants(row.granted)) yield { unit, donorKey, fuel }
        }
        const last = rows.at(-1)
        if (!last) break
        ;[epoch, index] = [last.epoch, last.idx]
      }
      for (const { unit, donorKey, fuel } of tails.unsealed) yield { unit, donorKey, fuel }
    },
  }
}

function grantsByDonor(grants: readonly NumberedGrant[]): ReadonlyMap<string, NumberedGrant[]> {
  const groups = new Map<string, NumberedGrant[]>()
  for (const grant of grants) {
    const group = groups.get(grant.donorKey)
    if (group) group.push(grant)
    else groups.set(grant.donorKey, [grant])
  }
  return groups
}

type Granted = Pick<GrantRow, 'unit' | 'fuel'>

/** What one ledger record grants, as its row holds it. */
export function packGrants(grants: readonly Granted[]): Buffer {
  const bytes = new ByteWriter()
  for (const { unit, fuel } of grants) {
    bytes.number(unit.batch)
    bytes.number(unit.index)
    bytes.fuel(fuel)
  }
  return bytes.copy()
}

function unpackGrants(granted: Buffer): Granted[] {
  const grants: Granted[] = []
  for (const from = new ByteReader(granted); !from.atEnd;)
    grants.push({ unit: { batch: from.number(), index: from.number() }, fuel: from.fuel() })
  return grants
}
