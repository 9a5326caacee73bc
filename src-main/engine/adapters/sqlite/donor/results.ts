import type Database from 'better-sqlite3'
import type { ProjectKey } from '../../../../domain/ids.ts'
import { COUNTED_OUTCOMES, UNCOUNTED_OUTCOMES, type Outcome } from '../../../../domain/outcome.ts'
import type { DonorStore, StoredResult, StoredResultState } from '../../../ports.ts'
import { blob32, bytesOf, hexOf } from '../columns.ts'
import { fileRows } from '../file-rows.ts'
import type { Transactions } from '../transactions.ts'

type Results = Pick<
  DonorStore,
  'addResult' | 'result' | 'unsent' | 'markResult' | 'endPending' | 'recentResults' | 'pending'
>

interface ResultColumns {
  id: bigint
  project: Buffer
  batch: bigint
  idx: bigint
  app_name: string
  args: string
  outcome: bigint
  exit_code: bigint | null
  fuel: bigint
  stdout: Buffer
  stderr: Buffer
  reason: string | null
  state: bigint
  finished_at: bigint
}

interface OpenColumns {
  units: bigint
  high: bigint
  low: bigint
}

/** Of what a unit printed, as much as a list needs. */
const SHOWN_BYTES = 1024
const OUTCOMES: readonly Outcome[] = [...COUNTED_OUTCOMES, ...UNCOUNTED_OUTCOMES]
/** The first two await an acknowledgement, the first three a decision; the others are decided. */
const STATES: readonly StoredResultState[] = [
  'computed',
  'sent',
  'pending',
  'verified',
  'rejected',
  'uncounted',
]

/** The publisher has not acknowledged them. */
const AWAITED: readonly StoredResultState[] = ['computed', 'sent']

export function results(db: Database.Database, tx: Transactions): Results {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO results
       (project, batch, idx, app_name, args, outcome, exit_code, fuel, stdout, stderr, reason, state, finished_at,
        self_assigned)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       ifnull((SELECT self_assigned FROM leases WHERE project = ? AND batch = ? AND idx = ?), 0))`,
  )
  const files = fileRows(db, 'result_files', 'result')
  const dropFiles = db.prepare(
    'DELETE FROM result_files WHERE result = (SELECT id FROM results WHERE project = ? AND batch = ? AND idx = ?)',
  )
  const withFiles = (row: ResultColumns): StoredResult => {
    const stored = resultOf(row)
    const own = files.of(Number(row.id))
    return own.length === 0 ? stored : { ...stored, run: { ...stored.run, files: own } }
  }
  const endLease = db.prepare('DELETE FROM leases WHERE project = ? AND batch = ? AND idx = ?')
  const granted = db
    .prepare('SELECT 1 FROM granted_units WHERE project = ? AND batch = ? AND idx = ?')
    .pluck()
  const select = (rest: string): Database.Statement<unknown[], ResultColumns> =>
    db.prepare<unknown[], ResultColumns>(`SELECT * FROM results ${rest}`).safeIntegers()
  const one = select('WHERE project = ? AND batch = ? AND idx = ?')
  // One state at a time: so the index gives them in order, however many there are and whatever else was computed.
  const awaited = AWAITED.map((state) =>
    select(
      `INDEXED BY results_open WHERE project = ? AND state = ${String(STATES.indexOf(state))} AND state <= 2
       ORDER BY id LIMIT ?`,
    ),
  )
  // For lists that are shown: the start of what was printed.
  const recent = db
    .prepare<unknown[], ResultColumns>(
      `SELECT id, project, batch, idx, app_name, args, outcome, exit_code, fuel, reason, state, finished_at,
         ifnull(substr(stdout, 1, ${String(SHOWN_BYTES)}), x'') AS stdout, x'' AS stderr
       FROM results ORDER BY id DESC LIMIT ?`,
    )
    .safeIntegers()
  const mark = db.prepare(
    'UPDATE results SET state = ? WHERE project = ? AND batch = ? AND idx = ? AND state <= 2 AND state <> ?',
  )
  // Said twice over: only so SQLite sees that the index of open results has them all.
  const pendingOf = (rest: string): Database.Statement =>
    db.prepare(`UPDATE results SET state = 5 WHERE project = ? AND state = 2 AND state <= 2 ${rest}`)
  const endAll = pendingOf('')
  const endBatch = pendingOf('AND batch = ?')
  const endUnit = pendingOf('AND batch = ? AND idx = ?')
  // In two halves: SQLite refuses a sum beyond 64 bits.
  const open = db
    .prepare<[Buffer], OpenColumns>(
      `SELECT count(*) AS units, ifnull(sum(fuel >> 32), 0) AS high, ifnull(sum(fuel & 4294967295), 0) AS low
       FROM results WHERE project = ? AND state <= 2`,
    )
    .safeIntegers()
  return {
    addResult: ({ projectKey, unit, appName, args, run, state, finishedAt }) => {
      tx.transact(() => {
        const place = [blob32(projectKey), unit.batch, unit.index]
        // Another machine of this donor may have been granted the unit already.
        const now = granted.get(...place) === undefined ? state : 'verified'
        const said = [run.stdout, run.stderr, run.reason ?? null]
        const outcome = [OUTCOMES.indexOf(run.outcome), run.exitCode ?? null, run.fuel]
        const added = insert.run(
          ...place,
          appName,
          JSON.stringify(args),
          ...outcome,
          ...said,
          STATES.indexOf(now),
          finishedAt,
          ...place,
        )
        if (added.changes > 0) files.add(Number(added.lastInsertRowid), run.files ?? [])
        endLease.run(...place)
      })
    },
    result: (projectKey, { batch, index }) => {
      const row = one.get(blob32(projectKey), batch, index)
      return row && withFiles(row)
    },
    unsent: (projectKey, limit) =>
      awaited
        .flatMap((rows) => rows.all(blob32(projectKey), limit))
        .sort((a, b) => Number(a.id - b.id))
        .slice(0, limit)
        .map(withFiles),
    markResult: (projectKey, { batch, index }, state) => {
      const place = STATES.indexOf(state)
      tx.transact(() => {
        mark.run(place, blob32(projectKey), batch, index, place)
        if (!AWAITED.includes(state)) dropFiles.run(blob32(projectKey), batch, index)
      })
    },
    endPending: (projectKey, ended) => {
      const project = blob32(projectKey)
      tx.transact(() => {
        if (ended.type === 'close') endAll.run(project)
        else if (ended.indexes.length === 0) endBatch.run(project, ended.batch)
        else for (const index of ended.indexes) endUnit.run(project, ended.batch, index)
      })
    },
    recentResults: (limit) => recent.all(limit).map(resultOf),
    pending: (projectKey) => {
      const { units = 0n, high = 0n, low = 0n } = open.get(blob32(projectKey)) ?? {}
      return { fuel: (high << 32n) + low, units: Number(units) }
    },
  }
}

function resultOf(row: ResultColumns): StoredResult {
  return {
    projectKey: hexOf<ProjectKey>(row.project),
    unit: { batch: Number(row.batch), index: Number(row.idx) },
    appName: row.app_name,
    args: JSON.parse(row.args) as string[],
    run: {
      outcome: OUTCOMES[Number(row.outcome)] ?? 'host-failure',
      ...(row.exit_code === null ? {} : { exitCode: Number(row.exit_code) }),
      fuel: row.fuel,
      stdout: bytesOf(row.stdout),
      stderr: bytesOf(row.stderr),
      ...(row.reason === null ? {} : { reason: row.reason }),
    },
    state: STATES[Number(row.state)] ?? 'computed',
    finishedAt: Number(row.finished_at),
  }
}
