import type Database from 'better-sqlite3'
import { encodeLedgerRecord } from '../../../../contracts/wire/ledger-record.ts'
import type { Hex32 } from '../../../../domain/ids.ts'
import { hexOf } from '../columns.ts'

interface Columns {
  idx: bigint
  sequence: bigint
  key: Buffer
  at: bigint
  units: bigint
  fuel: bigint
  cumulative_fuel: bigint
  units_root: Buffer
  revokes: bigint
}

interface Range {
  epoch: number
  index: number
  end: number
  limit: number
}

/** A row as the journal gives it. */
export interface JournalRow {
  readonly index: number
  readonly block: Uint8Array
}

/**
 * Blocks of a ledger made again from its records, from `index` to below `end`, at most `limit`. A record has one
 * encoding, kept by the fixtures of contracts/wire: the bytes are those that were signed.
 */
export type LedgerBlocks = (epoch: number, index: number, end: number, limit: number) => readonly JournalRow[]

export function ledgerBlocks(db: Database.Database): LedgerBlocks {
  const select = db
    .prepare<[Range], Columns>(
      `SELECT idx, sequence, key, at, units, fuel, cumulative_fuel, units_root, 0 AS revokes
       FROM ledger_records JOIN donors USING (donor) WHERE epoch = @epoch AND idx >= @index AND idx < @end
       UNION ALL
       SELECT idx, sequence, key, at, units, fuel, cumulative_fuel, units_root, 1
       FROM revocation_records JOIN donors USING (donor) WHERE epoch = @epoch AND idx >= @index AND idx < @end
       ORDER BY idx LIMIT @limit`,
    )
    .safeIntegers()
  return (epoch, index, end, limit) =>
    select.all({ epoch, index, end, limit }).map((row) => ({
      index: Number(row.idx),
      block: encodeLedgerRecord({
        sequence: Number(row.sequence),
        donorKey: hexOf<Hex32>(row.key),
        at: Number(row.at),
        units: Number(row.units),
        fuel: row.fuel,
        cumulativeFuel: row.cumulative_fuel,
        unitsRoot: hexOf<Hex32>(row.units_root),
        ...(row.revokes === 1n && { revokes: true as const }),
      }),
    }))
}
