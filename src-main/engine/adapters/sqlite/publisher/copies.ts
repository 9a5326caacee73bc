import type Database from 'better-sqlite3'
import type { DonorKey, Hex32 } from '../../../../domain/ids.ts'
import type { CopyRow, CopyStanding, UnitStore, WithoutCredit } from '../../../ports.ts'
import { blob32, hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { Tallies } from './tallies.ts'

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
  | 'withoutCredit'
>

interface CopyColumns {
  batch: number
  idx: number
  donor: number
  standing: number
  expires_at: number
  answered_at: number | null
  digest: Buffer | null
  device: Buffer | null
}

const STANDINGS: readonly CopyStanding[] = [
  'leased',
  'lapsed',
  'noted',
  'pending',
  'verified',
  'rejected',
  'uncounted',
]
const ALL = 'batch, idx, donor, standing, expires_at, answered_at, digest, device'

export function copies(db: Database.Database, tx: Transactions, ids: DonorIds, counters: Tallies): Copies {
  const select = db.prepare<[number, number, number], CopyColumns>(
    `SELECT ${ALL} FROM copies WHERE batch = ? AND idx = ? AND donor = ?`,
  )
  const insert = db.prepare(`INSERT INTO copies (${ALL}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = db.prepare(
    `UPDATE copies SET standing = ?, expires_at = ?, answered_at = ?, digest = ?, device = ?
     WHERE batch = ? AND idx = ? AND donor = ?`,
  )
  const votes = db.prepare<[number, number], CopyColumns & { digest: Buffer }>(
    `SELECT ${ALL} FROM copies WHERE batch = ? AND idx = ? AND standing = 3`,
  )
  const holders = db
    .prepare<[number, number], number>('SELECT donor FROM copies WHERE batch = ? AND idx = ?')
    .pluck()
  const overdue = db.prepare<[number, number], CopyColumns>(
    `SELECT ${ALL} FROM copies WHERE standing = 0 AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
  )
  const leasedTo = db.prepare<[number], CopyColumns>(
    `SELECT ${ALL} FROM copies WHERE standing = 0 AND donor = ?`,
  )
  const leasedToDevice = db.prepare<[number, Buffer, number], CopyColumns>(
    `SELECT ${ALL} FROM copies WHERE standing = 0 AND donor = ? AND device = ? ORDER BY expires_at LIMIT ?`,
  )
  const donor = db.prepare<[number], { leased: number; verified: number; rejected: number }>(
    'SELECT leased, verified, rejected FROM donors WHERE donor = ?',
  )
  const endWithoutCredit = db.prepare(
    'INSERT INTO without_credit (donor, batch, idx, standing) VALUES (?, ?, ?, ?)',
  )
  const withoutCredit = db.prepare<[number, number], { batch: number; idx: number; standing: number }>(
    'SELECT batch, idx, standing FROM without_credit WHERE donor = ? ORDER BY id DESC LIMIT ?',
  )

  const copyOf = (row: CopyColumns): CopyRow => ({
    unit: { batch: row.batch, index: row.idx },
    donorKey: ids.key(row.donor),
    standing: STANDINGS[row.standing] ?? 'noted',
    expiresAt: row.expires_at,
    ...(row.answered_at === null ? {} : { answeredAt: row.answered_at }),
    ...(row.digest === null ? {} : { digest: hexOf<Hex32>(row.digest) }),
    ...(row.device === null ? {} : { deviceKey: hexOf<Hex32>(row.device) }),
  })
  const known = <T>(donorKey: DonorKey, none: T, read: (id: number) => T): T => {
    const id = ids.find(donorKey)
    return id === undefined ? none : read(id)
  }
  return {
    copy: ({ batch, index }, donorKey) =>
      known<CopyRow | undefined>(donorKey, undefined, (id) => {
        const row = select.get(batch, index, id)
        return row && copyOf(row)
      }),
    saveCopy(before, { unit, donorKey, standing, expiresAt, answeredAt, digest, deviceKey }) {
      tx.needed()
      const id = ids.ensure(donorKey)
      const place = [unit.batch, unit.index, id]
      const device = standing === 'leased' && deviceKey !== undefined ? blob32(deviceKey) : null
      const rest = [expiresAt, answeredAt ?? null, digest === undefined ? null : blob32(digest), device]
      if (before) update.run(STANDINGS.indexOf(standing), ...rest, ...place)
      else insert.run(...place, STANDINGS.indexOf(standing), ...rest)
      counters.copyMoved(id, before?.standing, standing)
      if ((standing === 'rejected' || standing === 'uncounted') && before?.standing !== standing)
        endWithoutCredit.run(id, unit.batch, unit.index, STANDINGS.indexOf(standing))
    },
    votes: ({ batch, index }) =>
      votes.all(batch, index).map((row) => ({ ...copyOf(row), digest: hexOf<Hex32>(row.digest) })),
    holders: ({ batch, index }) => holders.all(batch, index).map((id) => ids.key(id)),
    overdue: (now, limit) => overdue.all(now, limit).map(copyOf),
    leasedTo: (donorKey) => known<CopyRow[]>(donorKey, [], (id) => leasedTo.all(id).map(copyOf)),
    donor: (donorKey) => {
      const none = { leased: 0, verified: 0, rejected: 0 }
      return known(donorKey, none, (id) => donor.get(id) ?? none)
    },
    leasedToDevice: (donorKey, deviceKey, limit) =>
      known<CopyRow[]>(donorKey, [], (id) => leasedToDevice.all(id, blob32(deviceKey), limit).map(copyOf)),
    withoutCredit: (donorKey, limit) =>
      known<WithoutCredit[]>(donorKey, [], (id) =>
        withoutCredit.all(id, limit).map(({ batch, idx, standing }) => ({
          unit: { batch, index: idx },
          standing: STANDINGS[standing] === 'rejected' ? 'rejected' : 'uncounted',
        })),
      ),
  }
}
