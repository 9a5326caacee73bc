import type { GrantNotice } from '../../contracts/wire/messages.ts'
import type { Hex32, UnitId } from '../../domain/ids.ts'
import type { LedgerRecord } from '../../domain/project.ts'
import type { Fuel } from '../../domain/units.ts'

/** What the donor already holds when the next ledger record comes. */
export interface GrantExpectation {
  /** The donor's key, in hexadecimal. */
  readonly donorKey: string
  /** Sequence of the next record, from 0. */
  readonly nextSequence: number
  /** Total of the record before it, 0 at the start. */
  readonly cumulativeFuel: Fuel
  /** Epoch of the ledger that the record before it lies in, 0 at the start. */
  readonly epoch: number
}

/** Why a ledger record does not count, in words for the log. */
export type GrantRefusal =
  | 'it belongs to another donor'
  | 'it is not the next of its sequence'
  | 'the notice names another sequence'
  | 'it lies in a ledger that was replaced'
  | 'the notice names another number of units'
  | 'the notice names units that the record does not cover'
  | 'its total does not follow from the record before it'

/**
 * Checks a ledger record, whose block was proven by the publisher's signature, against the notice that announced it:
 * undefined when it grants this donor exactly the units that the notice names, or takes exactly those back. `unitsRoot` is the Merkle root over
 * units of contracts/wire/README.md; a RangeError of it (a unit twice) is a refusal.
 */
export function checkGrant(
  record: LedgerRecord,
  notice: GrantNotice,
  expected: GrantExpectation,
  digests: { unitsRoot(units: readonly UnitId[]): Hex32 },
): GrantRefusal | undefined {
  if (record.donorKey !== expected.donorKey) return 'it belongs to another donor'
  if (record.sequence !== notice.sequence) return 'the notice names another sequence'
  if (notice.epoch < expected.epoch) return 'it lies in a ledger that was replaced'
  if (record.sequence !== expected.nextSequence) return 'it is not the next of its sequence'
  if (record.units !== notice.units.length) return 'the notice names another number of units'
  const change = record.revokes ? -record.fuel : record.fuel
  if (record.cumulativeFuel !== expected.cumulativeFuel + change)
    return 'its total does not follow from the record before it'
  return rootMatches(record, notice, digests)
    ? undefined
    : 'the notice names units that the record does not cover'
}

function rootMatches(
  record: LedgerRecord,
  notice: GrantNotice,
  digests: { unitsRoot(units: readonly UnitId[]): Hex32 },
): boolean {
  try {
    return digests.unitsRoot(notice.units) === record.unitsRoot
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
