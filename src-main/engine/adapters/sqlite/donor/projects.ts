import type Database from 'better-sqlite3'
import type { ProjectKey } from '../../../../domain/ids.ts'
import { DEFAULT_PREFERENCES, parsePreferences } from '../../../../domain/preferences.ts'
import type { DonorStore } from '../../../ports.ts'
import { blob32, hexOf } from '../columns.ts'
import type { Settings } from '../settings.ts'
import type { Transactions } from '../transactions.ts'

type Projects = Pick<
  DonorStore,
  'preferences' | 'savePreferences' | 'projects' | 'saveProject' | 'removeProject'
>

interface ProjectColumns {
  project: Buffer
  link: string
  joined_at: number
  name: string
  purpose: string
}

const PREFERENCES = 'preferences'

export function projects(db: Database.Database, tx: Transactions, named: Settings): Projects {
  const select = db.prepare<[], ProjectColumns>('SELECT * FROM projects ORDER BY joined_at, project')
  const save = db.prepare(
    `INSERT INTO projects VALUES (?, ?, ?, ?, ?) ON CONFLICT (project) DO UPDATE
     SET link = excluded.link, joined_at = excluded.joined_at, name = excluded.name, purpose = excluded.purpose`,
  )
  const remove = db.prepare('DELETE FROM projects WHERE project = ?')
  const dropUnsent = db.prepare('DELETE FROM results WHERE project = ? AND state <= 1')
  return {
    preferences: () => ({
      ...DEFAULT_PREFERENCES,
      ...parsePreferences(JSON.parse(named.setting(PREFERENCES) ?? '{}')),
    }),
    savePreferences: (preferences) => {
      named.setSetting(PREFERENCES, JSON.stringify(preferences))
    },
    projects: () =>
      select.all().map((row) => ({
        projectKey: hexOf<ProjectKey>(row.project),
        link: row.link,
        joinedAt: row.joined_at,
        name: row.name,
        purpose: row.purpose,
      })),
    saveProject: ({ projectKey, link, joinedAt, name, purpose }) => {
      save.run(blob32(projectKey), link, joinedAt, name, purpose)
    },
    removeProject: (projectKey) => {
      tx.transact(() => {
        remove.run(blob32(projectKey))
        dropUnsent.run(blob32(projectKey))
      })
    },
  }
}
