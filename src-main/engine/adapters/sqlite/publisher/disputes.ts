import type Database from 'better-sqlite3'
import type { DonorKey } from '../../../../domain/ids.ts'
import type { DonorAccount, TrustStore } from '../../../ports.ts'
import { hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'

type Disputes = Pick<
  TrustStore,
  'disputed' | 'disputants' | 'addDispute' | 'endDispute' | 'ban' | 'unban' | 'isBanned' | 'donorAccounts'
>

interface AccountColumns {
  key: Buffer
  leased: number
  verified: number
  rejected: number
  proven: number
  window: number
  since: number
  held: number
  unsettled: number
  disputes: number
  banned: number
}
const NOBODY = 0

/** Disputes between donors, and bans. */
export function disputes(db: Database.Database, tx: Transactions, ids: DonorIds): Disputes {
  const add = db.prepare('INSERT OR IGNORE INTO disputes VALUES (?, ?, ?)')
  const end = db.prepare('DELETE FROM disputes WHERE batch = ? AND idx = ?')
  const units = db.prepare<[number], { batch: number; idx: number }>(
    `SELECT batch, idx FROM disputes WHERE donor = ${NOBODY} LIMIT ?`,
  )
  const donors = db
    .prepare<[number, number], number>(
      `SELECT donor FROM disputes WHERE batch = ? AND idx = ? AND donor <> ${NOBODY}`,
    )
    .pluck()
  const ban = db.prepare('INSERT OR IGNORE INTO bans VALUES (?, ?)')
  const unban = db.prepare('DELETE FROM bans WHERE donor = ?')
  const banned = db.prepare<[number], number>('SELECT 1 FROM bans WHERE donor = ?').pluck()
  const accounts = db.prepare<[number, number], AccountColumns>(
    `SELECT key, leased, verified, rejected, coalesce(proven, 0) AS proven, coalesce(window, 0) AS window,
       coalesce(since, 0) AS since, coalesce(held, 0) AS held, coalesce(unsettled, 0) AS unsettled,
       coalesce(disputes, 0) AS disputes, bans.donor IS NOT NULL AS banned
     FROM donors LEFT JOIN trust USING (donor) LEFT JOIN bans USING (donor)
     WHERE donors.donor > ? ORDER BY donors.donor LIMIT ?`,
  )
  return {
    disputed: (limit) => units.all(limit).map(({ batch, idx }) => ({ batch, index: idx })),
    disputants: ({ batch, index }) => donors.all(batch, index).map((id) => ids.key(id)),
    addDispute({ batch, index }, donorKeys) {
      tx.needed()
      add.run(batch, index, NOBODY)
      for (const donorKey of donorKeys) add.run(batch, index, ids.ensure(donorKey))
    },
    endDispute({ batch, index }) {
      tx.needed()
      end.run(batch, index)
    },
    ban(donorKey, at) {
      tx.needed()
      ban.run(ids.ensure(donorKey), at)
    },
    unban(donorKey) {
      tx.needed()
      const id = ids.find(donorKey)
      return id !== undefined && unban.run(id).changes > 0
    },
    isBanned: (donorKey) => {
      const id = ids.find(donorKey)
      return id !== undefined && banned.get(id) !== undefined
    },
    donorAccounts: (cursor, limit) =>
      accounts.all(cursor, limit).map((row): DonorAccount => {
        const { key, leased, verified, rejected, banned: out, ...trust } = row
        return { donorKey: hexOf<DonorKey>(key), leased, verified, rejected, trust, banned: out === 1 }
      }),
  }
}
