import type Database from 'better-sqlite3'
import type { DonorStore } from '../../../ports.ts'
import { blob32 } from '../columns.ts'
import type { Transactions } from '../transactions.ts'

type Leases = Pick<DonorStore, 'addLeases' | 'leases' | 'removeLease' | 'selfAssigned'>

interface LeaseColumns {
  batch: number
  idx: number
  expires_at: number
  self_assigned: number
}

export function leases(db: Database.Database, tx: Transactions): Leases {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO leases (project, batch, idx, expires_at, self_assigned)
     SELECT @project, @batch, @idx, @expiresAt, @selfAssigned
     WHERE NOT EXISTS (SELECT 1 FROM results WHERE project = @project AND batch = @batch AND idx = @idx)`,
  )
  // Its publisher had no use for it, and now wants it from this very donor.
  const dropRefused = db.prepare(
    'DELETE FROM results WHERE project = ? AND batch = ? AND idx = ? AND self_assigned = 1 AND state = 5',
  )
  const select = db.prepare<[Buffer], LeaseColumns>(
    'SELECT batch, idx, expires_at, self_assigned FROM leases WHERE project = ? ORDER BY id',
  )
  const undecided = db
    .prepare<[Buffer, Buffer], number>(
      `SELECT (SELECT count(*) FROM leases WHERE project = ? AND self_assigned = 1)
         + (SELECT count(*) FROM results WHERE project = ? AND state <= 2 AND self_assigned = 1)`,
    )
    .pluck()
  const remove = db.prepare('DELETE FROM leases WHERE project = ? AND batch = ? AND idx = ?')
  return {
    addLeases: (told) =>
      tx.transact(() =>
        told.filter(({ projectKey, unit, expiresAt, selfAssigned = false }) => {
          const project = blob32(projectKey)
          const { batch, index: idx } = unit
          if (!selfAssigned) dropRefused.run(project, batch, idx)
          return (
            insert.run({ project, batch, idx, expiresAt, selfAssigned: Number(selfAssigned) }).changes > 0
          )
        }),
      ),
    leases: (projectKey) =>
      select.all(blob32(projectKey)).map((row) => ({
        projectKey,
        unit: { batch: row.batch, index: row.idx },
        expiresAt: row.expires_at,
        ...(row.self_assigned === 1 && { selfAssigned: true }),
      })),
    selfAssigned: (projectKey) => undecided.get(blob32(projectKey), blob32(projectKey)) ?? 0,
    removeLease: (projectKey, { batch, index }) => {
      remove.run(blob32(projectKey), batch, index)
    },
  }
}
