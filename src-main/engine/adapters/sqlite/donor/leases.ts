import type Database from 'better-sqlite3'
import type { DonorStore } from '../../../ports.ts'
import { blob32 } from '../columns.ts'
import type { Transactions } from '../transactions.ts'

type Leases = Pick<DonorStore, 'addLeases' | 'leases' | 'removeLease'>

export function leases(db: Database.Database, tx: Transactions): Leases {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO leases (project, batch, idx, expires_at) SELECT @project, @batch, @idx, @expiresAt
     WHERE NOT EXISTS (SELECT 1 FROM results WHERE project = @project AND batch = @batch AND idx = @idx)`,
  )
  const select = db.prepare<[Buffer], { batch: number; idx: number; expires_at: number }>(
    'SELECT batch, idx, expires_at FROM leases WHERE project = ? ORDER BY id',
  )
  const remove = db.prepare('DELETE FROM leases WHERE project = ? AND batch = ? AND idx = ?')
  return {
    addLeases: (told) =>
      tx.transact(() =>
        told.filter(
          ({ projectKey, unit, expiresAt }) =>
            insert.run({ project: blob32(projectKey), batch: unit.batch, idx: unit.index, expiresAt })
              .changes > 0,
        ),
      ),
    leases: (projectKey) =>
      select.all(blob32(projectKey)).map((row) => ({
        projectKey,
        unit: { batch: row.batch, index: row.idx },
        expiresAt: row.expires_at,
      })),
    removeLease: (projectKey, { batch, index }) => {
      remove.run(blob32(projectKey), batch, index)
    },
  }
}
