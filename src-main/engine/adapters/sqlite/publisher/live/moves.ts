import type { DonorKey, Hex32, UnitId } from '../../../../../domain/ids.ts'
import type { Fuel, UnixMs } from '../../../../../domain/units.ts'
import type { SentUnit } from '../unit-rows.ts'
import type { CopyRow, OutputRow } from '../../../../ports.ts'

/**
 * Everything that changes what the publisher's store holds in memory. Each takes effect at once and can be taken back
 * until the transaction commits; each means the same when it is repeated from the log after a restart.
 */
export interface Moves {
  /** Units of the batch below `end` were handed out. */
  takeFresh(batch: number, end: number): void
  /** `lottery` counts at the first save only. */
  saveUnit(unit: UnitId, after: SentUnit, lottery: number): void
  /** Puts the donor's copy in the place of an earlier one, if there is one. */
  saveCopy(after: CopyRow): void
  addOutput(row: OutputRow): void
  keepOutput(unit: UnitId, digest: Hex32): void
  addVerified(unit: UnitId, at: UnixMs): void
  addGrant(unit: UnitId, donorKey: DonorKey, fuel: Fuel): void
  /** Grants up to this number are on the ledger. */
  sealThrough(grant: number): void
}
