import type Database from 'better-sqlite3'
import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import type { Fuel, UnixMs } from '../../../../../domain/units.ts'
import type { NumberedGrant } from '../../../../ports.ts'
import { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'

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

/** Lists that grow at their ends, which are not in the tables yet. */
export interface Tails {
  addVerified(unit: UnitId, at: UnixMs): void
  addGrant(unit: UnitId, donorKey: DonorKey, fuel: Fuel): void
  /** Grants up to this number are on the ledger. */
  sealThrough(grant: number): void
  /** After the commit: it cannot be taken back. */
  addEnded(copy: EndedCopy): void
  readonly verified: readonly VerifiedPlace[]
  readonly ended: readonly EndedCopy[]
  /** Of one donor, oldest first. */
  endedOf(donorKey: DonorKey): readonly EndedCopy[]
  /** Grants that no ledger record covers, in order. */
  readonly unsealed: readonly NumberedGrant[]
  /** The grants that are not sealed, as one row holds them. */
  unsealedBytes(): Buffer
  commit(): void
  takeBack(): void
  /** The tables have all this. */
  written(): void
}

export function tails(db: Database.Database, ids: DonorIds): Tails {
  const last = db.prepare<[], number | null>('SELECT max(id) FROM verified').pluck()
  const stored = db.prepare<[], Buffer>('SELECT grants FROM unsealed').pluck()
  let verified: VerifiedPlace[] = []
  let ended: EndedCopy[] = []
  const endedByDonor = new Map<DonorKey, EndedCopy[]>()
  let { unsealed, next: nextGrant } = readUnsealed(stored.get(), ids)
  let nextVerified = (last.get() ?? 0) + 1
  const snapshot = () => ({
    verified: verified.length,
    unsealed,
    grants: unsealed.length,
    nextGrant,
    nextVerified,
  })
  let committed = snapshot()
  return {
    addVerified(unit, at) {
      verified.push({ id: nextVerified++, unit, at })
    },
    addGrant(unit, donorKey, fuel) {
      unsealed.push({ grant: nextGrant++, unit, donorKey, fuel })
    },
    sealThrough(through) {
      unsealed = unsealed.filter(({ grant }) => grant > through)
    },
    addEnded(copy) {
      const own = endedByDonor.get(copy.donorKey)
      if (own) own.push(copy)
      else endedByDonor.set(copy.donorKey, [copy])
      ended.push(copy)
    },
    get verified() {
      return verified
    },
    get ended() {
      return ended
    },
    endedOf: (donorKey) => endedByDonor.get(donorKey) ?? [],
    get unsealed() {
      return unsealed
    },
    unsealedBytes: () => packUnsealed(nextGrant, unsealed, ids),
    commit() {
      committed = snapshot()
    },
    takeBack() {
      verified.length = committed.verified
      ;({ unsealed, nextGrant, nextVerified } = committed)
      unsealed.length = committed.grants
    },
    written() {
      verified = []
      ended = []
      endedByDonor.clear()
      committed = snapshot()
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
