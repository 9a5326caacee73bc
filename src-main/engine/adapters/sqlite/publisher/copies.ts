import type Database from 'better-sqlite3'
import type { CopyRow, UnitStore, VoteRow, WithoutCredit } from '../../../ports.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import { refusal } from './live/edits.ts'
import type { LiveState } from './live/live-state.ts'
import { STANDINGS } from './live/unit-image.ts'

type Copies = Pick<
  UnitStore,
  | 'copy'
  | 'saveCopy'
  | 'votes'
  | 'holders'
  | 'overdue'
  | 'leasedTo'
  | 'leasedToDevice'
  | 'donor'
  | 'selfAssigned'
  | 'withoutCredit'
>

const NONE = { leased: 0, verified: 0, rejected: 0 }

export function copies(
  db: Database.Database,
  { table, tallies, pools, tails, edits }: LiveState,
  tx: Transactions,
  ids: DonorIds,
): Copies {
  const withoutCredit = db.prepare<[number, number], { batch: number; idx: number; standing: number }>(
    'SELECT batch, idx, standing FROM without_credit WHERE donor = ? ORDER BY id DESC LIMIT ?',
  )
  const copy: Copies['copy'] = (unit, donorKey) =>
    table.find(unit)?.state.copies.find((each) => each.donorKey === donorKey)
  const leasedTo: Copies['leasedTo'] = (donorKey) => {
    edits.list()
    return pools.heldBy(donorKey).flatMap((unit) => copy(unit, donorKey) ?? [])
  }
  return {
    copy,
    saveCopy(before, after) {
      tx.needed()
      if (!before && copy(after.unit, after.donorKey)) throw refusal('has this copy already')
      edits.saveCopy(after)
    },
    votes: (unit) => table.find(unit)?.state.copies.filter(isVote) ?? [],
    holders: (unit) => table.find(unit)?.state.copies.map(({ donorKey }) => donorKey) ?? [],
    overdue(now, limit) {
      edits.list()
      const found = new Set<CopyRow>()
      for (const unit of pools.overdue(now, limit))
        for (const each of table.find(unit)?.state.copies ?? [])
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
      const row = id === undefined ? NONE : tallies.donor(id)
      // Several requests of one donor may be answered in one transaction: each sees what those before it took.
      return { ...row, leased: row.leased + edits.leasedMore(donorKey) }
    },
    selfAssigned(donorKey) {
      edits.list()
      return pools.selfAssignedOf(donorKey)
    },
    withoutCredit(donorKey, limit) {
      const latest: WithoutCredit[] = tails
        .endedOf(donorKey)
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
