import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import type { CopyRow } from '../../../../ports.ts'
import { SortedPool } from './sorted-pool.ts'

/** Copies that donors hold now: all of them, by expiry and by donor, as unit numbers only. */
export interface HeldCopies {
  add(copy: CopyRow): void
  remove(copy: CopyRow): void
  /** Units with a copy that ran out by `now`, oldest first, each once per copy. */
  overdue(now: number, limit: number): readonly UnitId[]
  /** In the order in which they were leased. */
  of(donorKey: DonorKey): readonly UnitId[]
}

export function heldCopies(): HeldCopies {
  const byExpiry = new SortedPool()
  const byDonor = new Map<DonorKey, UnitId[]>()
  return {
    add({ unit, donorKey, expiresAt }) {
      byExpiry.add(expiresAt, unit)
      const held = byDonor.get(donorKey)
      if (held) held.push(unit)
      else byDonor.set(donorKey, [unit])
    },
    remove({ unit, donorKey, expiresAt }) {
      byExpiry.remove(expiresAt, unit)
      const held = byDonor.get(donorKey) ?? []
      // Most answers come in the order of the leases, so it stands near the front.
      const place = held.findIndex(({ batch, index }) => index === unit.index && batch === unit.batch)
      if (place !== -1) held.splice(place, 1)
      if (held.length === 0) byDonor.delete(donorKey)
    },
    overdue(now, limit) {
      const found: UnitId[] = []
      byExpiry.visit(0, (expiresAt, unit) => {
        if (expiresAt > now || found.length >= limit) return false
        found.push(unit)
        return true
      })
      return found
    },
    of: (donorKey) => byDonor.get(donorKey) ?? [],
  }
}
