import type Database from 'better-sqlite3'
import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import type { UnixMs } from '../../../../../domain/units.ts'
import type { NumberedGrant } from '../../../../ports.ts'
import { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { Moves } from './moves.ts'
import type { UndoLog } from './undo-log.ts'

/** A verified unit by its place in the order of verification, from 1. */
export interface VerifiedPlace {
  readonly id: number
  readonly unit: UnitId
  readonly at: UnixMs
}
export interface EndedCopy {
  readonly unit: UnitId
  readonly donorKey: DonorKey
  readonly standing: 'rejected' | 'uncounted'
}

/** Lists whose ends are not in their tables yet. */
export interface Tails {
  readonly moves: Pick<Moves, 'addVerified' | 'sealThrough'>
  addGrant(unit: UnitId, donorKey: DonorKey, fuel: bigint): void
  addWithoutCredit(copy: EndedCopy): void
  readonly verified: readonly VerifiedPlace[]
  readonly withoutCredit: readonly EndedCopy[]
  /** Of one donor, oldest first. */
  withoutCreditOf(donorKey: DonorKey): readonly EndedCopy[]
  /** Grants that no ledger record covers, in order. */
  readonly unsealed: readonly NumberedGrant[]
  /** The grants that are not sealed, as one row holds them. */
  unsealedBytes(): Buffer
  /** The tables have all this. */
  written(): void
}

export function tails(db: Database.Database, ids: DonorIds, undo: UndoLog): Tails {
  const last = db.prepare<[], number | null>('SELECT max(id) FROM verified').pluck()
  const stored = db.prepare<[], Buffer>('SELECT grants FROM unsealed').pluck()
  let verified: VerifiedPlace[] = []
  let nextVerified = (last.get() ?? 0) + 1
  let withoutCredit: EndedCopy[] = []
  const byDonor = new Map<DonorKey, EndedCopy[]>()
  let { unsealed, next: nextGrant } = readUnsealed(stored.get(), ids)
  return {
    moves: {
      addVerified(unit, at) {
        verified.push({ id: nextVerified++, unit, at })
        undo.add(() => {
          verified.pop()
          nextVerified -= 1
        })
      },
      sealThrough(grant) {
        const before = unsealed
        unsealed = unsealed.filter((each) => each.grant > grant)
        undo.add(() => {
          unsealed = before
        })
      },
    },
    addGrant(unit, donorKey, fuel) {
      unsealed.push({ grant: nextGrant++, unit, donorKey, fuel })
      undo.add(() => {
        unsealed.pop()
        nextGrant -= 1
      })
    },
    addWithoutCredit(copy) {
      const own = byDonor.get(copy.donorKey) ?? []
      byDonor.set(copy.donorKey, own)
      own.push(copy)
      withoutCredit.push(copy)
      undo.add(() => {
        own.pop()
        withoutCredit.pop()
      })
    },
    get verified() {
      return verified
    },
    get withoutCredit() {
      return withoutCredit
    },
    withoutCreditOf: (donorKey) => byDonor.get(donorKey) ?? [],
    get unsealed() {
      return unsealed
    },
    unsealedBytes: () => packUnsealed(nextGrant, unsealed, ids),
    written() {
      verified = []
      withoutCredit = []
      byDonor.clear()
    },
  }
}

/** The number of the next grant, then the grants. */
export function packUnsealed(next: number, unsealed: readonly NumberedGrant[], ids: DonorIds): Buffer {
  const bytes = new ByteWriter()
  bytes.number(next)
  for (const { grant, unit, donorKey, fuel } of unsealed) {
    for (const number of [grant, unit.batch, unit.index, ids.ensure(donorKey)]) bytes.number(number)
    bytes.fuel(fuel)
  }
  return bytes.copy()
}

function readUnsealed(
  bytes: Buffer | undefined,
  ids: DonorIds,
): { readonly unsealed: NumberedGrant[]; readonly next: number } {
  if (!bytes) return { unsealed: [], next: 1 }
  const from = new ByteReader(bytes)
  const next = from.number()
  const unsealed: NumberedGrant[] = []
  while (!from.atEnd) {
    const grant = from.number()
    const unit = { batch: from.number(), index: from.number() }
    const donorKey = ids.key(from.number())
    unsealed.push({ grant, unit, donorKey, fuel: from.fuel() })
  }
  return { unsealed, next }
}
