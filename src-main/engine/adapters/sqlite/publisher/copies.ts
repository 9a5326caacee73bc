import type Database from 'better-sqlite3'
import type { CopyRow, UnitStore, VoteRow, WithoutCredit } from '../../../ports.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import { STANDINGS } from './live/copies-codec.ts'
import { refusal } from './live/live-units.ts'
import type { LiveState } from './live/live-state.ts'

type Copies = Pick<
  UnitStore,
  'copy' | 'saveCopy' | 'votes' | 'overdue' | 'leasedTo' | 'leasedToDevice' | 'donor' | 'withoutCredit'
>

const NONE = { leased: 0, verified: 0, rejected: 0 }

export function copies(
  db: Database.Database,
  { table, tallies, held, tails, moves }: LiveState,
  tx: Transactions,
  ids: DonorIds,
): Copies {
  const withoutCredit = db.prepare<[number, number], { batch: number; idx: number; standing: number }>(
    'SELECT batch, idx, standing FROM without_credit WHERE donor = ? ORDER BY id DESC LIMIT ?',
  )
  const copy: Copies['copy'] = (unit, donorKey) =>
    table.find(unit)?.copies.find((each) => each.donorKey === donorKey)
  const leasedTo: Copies['leasedTo'] = (donorKey) =>
    held.of(donorKey).flatMap((unit) => copy(unit, donorKey) ?? [])
  return {
    copy,
    saveCopy(before, after) {
      tx.needed()
      if (!before && copy(after.unit, after.donorKey)) throw refusal('has this copy already')
      moves.saveCopy(after)
    },
    votes: (unit) => table.find(unit)?.copies.filter(isVote) ?? [],
    overdue(now, limit) {
      const found = new Set<CopyRow>()
      for (const unit of held.overdue(now, limit))
        for (const each of table.find(unit)?.copies ?? [])
          if (each.standing === 'leased' && each.expiresAt <= now && found.size < limit) found.add(each)
      return [...found]
    },
    leasedTo,
    leasedToDevice: (donorKey, deviceKey, limit) =>
      leasedTo(donorKey)
        .filter((each) => each.deviceKey === deviceKey)
        .sort((a, b) => a.expiresAt - b.expiresAt)
        .slice(0, limit),
    donor(donorKey) {
      const id = ids.find(donorKey)
      return id === undefined ? NONE : tallies.donor(id)
    },
    withoutCredit(donorKey, limit) {
      const latest: WithoutCredit[] = tails
        .withoutCreditOf(donorKey)
        .slice(-limit)
        .map(({ unit, standing }) => ({ unit, standing }))
      const id = ids.find(donorKey)
      const rows = id === undefined ? [] : withoutCredit.all(id, limit - latest.length)
      const earlier = rows.map(({ batch, idx, standing }): WithoutCredit => {
        const rejected = STANDINGS[standing] === 'rejected'
        return { unit: { batch, index: idx }, standing: rejected ? 'rejected' : 'uncounted' }
      })
      return [...latest.reverse(), ...earlier]
    },
  }
}

function isVote(copy: CopyRow): copy is VoteRow {
  return copy.standing === 'pending' && copy.digest !== undefined
}
