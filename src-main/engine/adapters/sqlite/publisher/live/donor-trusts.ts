import type Database from 'better-sqlite3'
import type { DonorKey } from '../../../../../domain/ids.ts'
import { NEWCOMER, type DonorTrust } from '../../../../../domain/trust.ts'
import type { UnixMs } from '../../../../../domain/units.ts'
import type { DonorIds } from '../donor-ids.ts'

/** The trust in one donor, with what is looked for in all of them. */
export interface TrustEntry {
  readonly trust: DonorTrust
  /** When its open window began; says nothing while the window is empty. */
  readonly openedAt: UnixMs
  /** It may have windows from before its last error. */
  readonly inDoubt: boolean
}

/**
 * The trust in each donor. It moves with each of its results, so what a transaction changed is in the log of changes
 * once, and in the table as of the last fold.
 */
export interface DonorTrusts {
  get(donorKey: DonorKey): TrustEntry
  /** Part of the open transaction. */
  set(donorKey: DonorKey, entry: TrustEntry): void
  /** Donors with results in an open window, and when that began. */
  readonly open: ReadonlyMap<DonorKey, UnixMs>
  readonly doubted: ReadonlySet<DonorKey>
  /** Donors that the transaction changed. */
  readonly changed: Iterable<DonorKey>
  commit(): void
  takeBack(): void
  /** Writes what changed. Part of the fold's transaction. */
  write(): void
  /** That transaction was committed. */
  written(): void
}

interface TrustColumns extends DonorTrust {
  donor: number
  opened_at: number
  in_doubt: number
}

/** Donors whose trust stays in memory after it was written. */
const KEPT = 20_000
const NOBODY: TrustEntry = { trust: NEWCOMER, openedAt: 0, inDoubt: false }

export function donorTrusts(db: Database.Database, ids: DonorIds): DonorTrusts {
  const select = db.prepare<[number], TrustColumns>('SELECT * FROM trust WHERE donor = ?')
  const moving = db.prepare<[], TrustColumns>('SELECT * FROM trust WHERE held > 0 OR in_doubt = 1')
  const replace = db.prepare('INSERT OR REPLACE INTO trust VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const known = new Map<DonorKey, TrustEntry>()
  const before = new Map<DonorKey, TrustEntry>()
  const dirty = new Set<DonorKey>()
  const open = new Map<DonorKey, UnixMs>()
  const doubted = new Set<DonorKey>()

  const put = (donorKey: DonorKey, entry: TrustEntry): void => {
    known.set(donorKey, entry)
    if (entry.trust.held > 0) open.set(donorKey, entry.openedAt)
    else open.delete(donorKey)
    if (entry.inDoubt) doubted.add(donorKey)
    else doubted.delete(donorKey)
  }
  const get = (donorKey: DonorKey): TrustEntry => {
    const remembered = known.get(donorKey)
    if (remembered) return remembered
    const id = ids.find(donorKey)
    const row = id === undefined ? undefined : select.get(id)
    const entry = row ? entryOf(row) : NOBODY
    known.set(donorKey, entry)
    return entry
  }
  for (const row of moving.all()) put(ids.key(row.donor), entryOf(row))
  return {
    get,
    set(donorKey, entry) {
      if (!before.has(donorKey)) before.set(donorKey, get(donorKey))
      put(donorKey, entry)
    },
    open,
    doubted,
    get changed() {
      return before.keys()
    },
    commit() {
      for (const donorKey of before.keys()) dirty.add(donorKey)
      before.clear()
    },
    takeBack() {
      for (const [donorKey, entry] of before) put(donorKey, entry)
      before.clear()
    },
    write() {
      for (const donorKey of dirty) {
        const { trust, openedAt, inDoubt } = get(donorKey)
        const { proven, window, since, held, unsettled, disputes } = trust
        const values = [proven, window, since, held, unsettled, disputes]
        replace.run(ids.ensure(donorKey), ...values, openedAt, Number(inDoubt))
      }
    },
    written() {
      dirty.clear()
      if (known.size > KEPT) known.clear()
    },
  }
}

function entryOf({ opened_at, in_doubt, ...row }: TrustColumns): TrustEntry {
  const { proven, window, since, held, unsettled, disputes } = row
  return {
    trust: { proven, window, since, held, unsettled, disputes },
    openedAt: opened_at,
    inDoubt: in_doubt === 1,
  }
}
