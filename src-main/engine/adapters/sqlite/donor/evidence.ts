import type Database from 'better-sqlite3'
import type { DonorStore } from '../../../ports.ts'
import { blob32, bytesOf } from '../columns.ts'

type Evidence = Pick<DonorStore, 'addEvidence' | 'evidence'>

interface Columns {
  epoch: number
  file: Buffer
  found_at: number
}

/** What stands for the epoch of the project core. */
const PROJECT_CORE = -1

export function evidence(db: Database.Database): Evidence {
  const insert = db.prepare('INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?)')
  const select = db.prepare<[Buffer], Columns>(
    'SELECT epoch, file, found_at FROM evidence WHERE project = ? ORDER BY found_at, epoch',
  )
  return {
    addEvidence: ({ projectKey, epoch = PROJECT_CORE, file, foundAt }) =>
      insert.run(blob32(projectKey), epoch, file, foundAt).changes > 0,
    evidence: (projectKey) =>
      select.all(blob32(projectKey)).map(({ epoch, file, found_at }) => ({
        projectKey,
        epoch: epoch === PROJECT_CORE ? undefined : epoch,
        file: bytesOf(file),
        foundAt: found_at,
      })),
  }
}
