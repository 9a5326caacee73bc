import type Database from 'better-sqlite3'
import { compareUnits, type DonorKey, type Hex32 } from '../../../../domain/ids.ts'
import type { GrantStore, LedgerTotals, NumberedGrant, SealedRecord } from '../../../ports.ts'
import { blob32, hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'

type Revocations = Pick<
  GrantStore,
  'addRevocation' | 'revocations' | 'unsealedRevocations' | 'addSealedRevocations'
>
/** The ledger without what was taken back. */
export type Grants = Omit<GrantStore, keyof Revocations>

interface RevocationColumns {
  id: bigint
  batch: bigint
  idx: bigint
  donor: bigint
  fuel: bigint
}
interface RecordColumns {
  sequence: bigint
  epoch: bigint
  idx: bigint
  at: bigint
  units: bigint
  fuel: bigint
  cumulative_fuel: bigint
  units_root: Buffer
  first: bigint
  last: bigint
}

/** The grants of a project, and what was taken back of them: one ledger, in which a donor's records follow each other. */
export function withRevocations(
  db: Database.Database,
  tx: Transactions,
  ids: DonorIds,
  grants: Grants,
): GrantStore {
  const insert = db.prepare('INSERT INTO revocations (batch, idx, donor, fuel) VALUES (?, ?, ?, ?)')
  const all = db.prepare<[], RevocationColumns>('SELECT * FROM revocations ORDER BY id').safeIntegers()
  const unsealed = db
    .prepare<[number], RevocationColumns>(
      `SELECT * FROM revocations
       WHERE id > (SELECT coalesce(max(last), 0) FROM revocation_records) ORDER BY id LIMIT ?`,
    )
    .safeIntegers()
  const seal = db.prepare('INSERT INTO revocation_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const last = db
    .prepare<[number], RecordColumns>(
      'SELECT * FROM revocation_records WHERE donor = ? ORDER BY sequence DESC LIMIT 1',
    )
    .safeIntegers()
  const one = db
    .prepare<[number, number], RecordColumns>(
      'SELECT * FROM revocation_records WHERE donor = ? AND sequence = ?',
    )
    .safeIntegers()
  const unitsOf = db.prepare<[number, number, number], { batch: number; idx: number }>(
    'SELECT batch, idx FROM revocations WHERE donor = ? AND id BETWEEN ? AND ?',
  )
  const totals = db.prepare<[], { records: number; fuel: string }>(
    'SELECT revoking_records AS records, revoked_fuel AS fuel FROM ledger',
  )
  const setTotals = db.prepare('UPDATE ledger SET revoking_records = ?, revoked_fuel = ?')
  const revoked = (): Pick<LedgerTotals, 'records' | 'fuel'> => {
    const { records, fuel } = totals.get() ?? { records: 0, fuel: '0' }
    return { records, fuel: BigInt(fuel) }
  }

  const numbered = (row: RevocationColumns): NumberedGrant => ({
    grant: Number(row.id),
    unit: { batch: Number(row.batch), index: Number(row.idx) },
    donorKey: ids.key(Number(row.donor)),
    fuel: row.fuel,
  })
  const found = (
    donorKey: DonorKey,
    read: (id: number) => RecordColumns | undefined,
  ): SealedRecord | undefined => {
    const id = ids.find(donorKey)
    const row = id === undefined ? undefined : read(id)
    return (
      row && {
        epoch: Number(row.epoch),
        index: Number(row.idx),
        firstGrant: Number(row.first),
        lastGrant: Number(row.last),
        record: {
          sequence: Number(row.sequence),
          donorKey,
          at: Number(row.at),
          units: Number(row.units),
          fuel: row.fuel,
          cumulativeFuel: row.cumulative_fuel,
          unitsRoot: hexOf<Hex32>(row.units_root),
          revokes: true,
        },
      }
    )
  }
  return {
    ...grants,
    addRevocation({ unit, donorKey, fuel }) {
      tx.needed()
      insert.run(unit.batch, unit.index, ids.ensure(donorKey), fuel)
    },
    revocations: () => all.all().map(numbered),
    unsealedRevocations: (limit) => unsealed.all(limit).map(numbered),
    addSealedRevocations(records) {
      tx.needed()
      const before = revoked()
      for (const { epoch, index, record, firstGrant, lastGrant } of records) {
        const { sequence, donorKey, at, units, fuel, cumulativeFuel, unitsRoot } = record
        const values = [at, units, fuel, cumulativeFuel, blob32(unitsRoot), firstGrant, lastGrant]
        seal.run(ids.ensure(donorKey as DonorKey), sequence, epoch, index, ...values)
      }
      const fuel = records.reduce((sum, { record }) => sum + record.fuel, before.fuel)
      setTotals.run(before.records + records.length, fuel.toString())
    },
    lastRecord(donorKey) {
      const granted = grants.lastRecord(donorKey)
      const revoked = found(donorKey, (id) => last.get(id))?.record
      if (!granted || !revoked) return granted ?? revoked
      return granted.sequence > revoked.sequence ? granted : revoked
    },
    sealedRecord: (donorKey, sequence) =>
      grants.sealedRecord(donorKey, sequence) ?? found(donorKey, (id) => one.get(id, sequence)),
    sealedUnits(sealed) {
      if (!sealed.record.revokes) return grants.sealedUnits(sealed)
      const id = ids.find(sealed.record.donorKey as DonorKey) ?? 0
      return unitsOf
        .all(id, sealed.firstGrant, sealed.lastGrant)
        .map(({ batch, idx }) => ({ batch, index: idx }))
        .sort(compareUnits)
    },
    ledgerTotals() {
      const granted = grants.ledgerTotals()
      const taken = revoked()
      return { ...granted, records: granted.records + taken.records, fuel: granted.fuel - taken.fuel }
    },
  }
}
