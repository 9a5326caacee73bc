import type Database from 'better-sqlite3'
import type { DonorKey } from '../../../../domain/ids.ts'
import { NEWCOMER, type DonorTrust } from '../../../../domain/trust.ts'
import type { Pending } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'

/**
 * The trust in each donor. It moves with each of its results, so what changed in the open transaction is written once,
 * with its commit or by {@link flush}.
 */
export interface DonorTrusts extends Pending {
  get(donorKey: DonorKey): DonorTrust
  set(donorKey: DonorKey, trust: DonorTrust): void
}

/** Donors whose trust stays in memory. */
const REMEMBERED = 20_000

export function donorTrusts(db: Database.Database, ids: DonorIds): DonorTrusts {
  const select = db.prepare<[number], DonorTrust>(
    'SELECT proven, window, since, held, unsettled, disputes FROM trust WHERE donor = ?',
  )
  const upsert = db.prepare(
    `INSERT INTO trust (donor, proven, window, since, held, unsettled, disputes) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (donor) DO UPDATE SET proven = excluded.proven, window = excluded.window, since = excluded.since,
       held = excluded.held, unsettled = excluded.unsettled, disputes = excluded.disputes`,
  )
  const known = new Map<DonorKey, DonorTrust>()
  const changed = new Set<DonorKey>()
  return {
    get(donorKey) {
      const remembered = known.get(donorKey)
      if (remembered) return remembered
      const id = ids.find(donorKey)
      const found = (id === undefined ? undefined : select.get(id)) ?? NEWCOMER
      known.set(donorKey, found)
      return found
    },
    set(donorKey, trust) {
      known.set(donorKey, trust)
      changed.add(donorKey)
    },
    flush() {
      for (const donorKey of changed) {
        const { proven, window, since, held, unsettled, disputes } = known.get(donorKey) ?? NEWCOMER
        upsert.run(ids.ensure(donorKey), proven, window, since, held, unsettled, disputes)
      }
      changed.clear()
      if (known.size > REMEMBERED) known.clear()
    },
    forget() {
      known.clear()
      changed.clear()
    },
  }
}
