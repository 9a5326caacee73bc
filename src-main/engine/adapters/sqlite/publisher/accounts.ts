import type Database from 'better-sqlite3'
import type { DonorKey } from '../../../../domain/ids.ts'
import type { DonorAccount, TrustStore } from '../../../ports.ts'
import { hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { LiveState } from './live/live-state.ts'

/** Bans, and the list of donors. */
export interface Accounts extends Pick<TrustStore, 'ban' | 'unban' | 'isBanned' | 'donorAccounts'> {
  /** The transaction was rolled back. */
  readonly forgetBans: () => void
}

export function accounts(
  db: Database.Database,
  { tallies, trusts }: LiveState,
  tx: Transactions,
  ids: DonorIds,
): Accounts {
  const ban = db.prepare('INSERT OR IGNORE INTO bans VALUES (?, ?)')
  const unban = db.prepare('DELETE FROM bans WHERE donor = ?')
  const selectBans = db.prepare<[], Buffer>('SELECT key FROM bans JOIN donors USING (donor)').pluck()
  const page = db.prepare<[number, number], { donor: number; key: Buffer }>(
    'SELECT donor, key FROM donors WHERE donor > ? ORDER BY donor LIMIT ?',
  )
  /** Every call of a donor asks. Undefined: to be read anew. */
  let banned: Set<DonorKey> | undefined
  const bans = (): Set<DonorKey> => (banned ??= new Set(selectBans.all().map((key) => hexOf<DonorKey>(key))))
  return {
    ban(donorKey, at) {
      tx.needed()
      ban.run(ids.ensure(donorKey), at)
      bans().add(donorKey)
    },
    unban(donorKey) {
      tx.needed()
      const id = ids.find(donorKey)
      bans().delete(donorKey)
      return id !== undefined && unban.run(id).changes > 0
    },
    isBanned: (donorKey) => bans().has(donorKey),
    forgetBans() {
      banned = undefined
    },
    donorAccounts: (cursor, limit) =>
      page.all(cursor, limit).map(({ donor, key }): DonorAccount => {
        const donorKey = hexOf<DonorKey>(key)
        const counters = tallies.donor(donor)
        return { donorKey, ...counters, trust: trusts.get(donorKey).trust, banned: bans().has(donorKey) }
      }),
  }
}
