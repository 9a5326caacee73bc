import type Database from 'better-sqlite3'
import type { UnitStore } from '../../../ports.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { Tallies } from './tallies.ts'
import { unitOf, unitValues, type UnitColumns } from './unit-rows.ts'

type Units = Pick<UnitStore, 'takeFresh' | 'unit' | 'saveUnit' | 'unitsThat' | 'waiting' | 'wanting'>

interface WantingColumns extends UnitColumns {
  batch: number
  idx: number
  lottery: number
  /** Standing of this donor's copy: 1 (lapsed) may be handed out again, null was never handed out. */
  standing: number | null
}

type Search = Database.Statement<[donor: number, from: number, limit: number], WantingColumns>

const LAPSED = 1

export function units(db: Database.Database, tx: Transactions, ids: DonorIds, counters: Tallies): Units {
  const fresh = db.prepare<[number], { fresh: number; count: number }>(
    'SELECT fresh, count FROM batches WHERE batch = ?',
  )
  const setFresh = db.prepare('UPDATE batches SET fresh = ? WHERE batch = ?')
  const select = db.prepare<[number, number], UnitColumns>(
    'SELECT state, live, votes, failures, wanted, digest FROM units WHERE batch = ? AND idx = ?',
  )
  const insert = db.prepare(
    `INSERT INTO units (batch, idx, lottery, state, live, votes, failures, wanted, digest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const update = db.prepare(
    `UPDATE units SET state = ?, live = ?, votes = ?, failures = ?, wanted = ?, digest = ?
     WHERE batch = ? AND idx = ?`,
  )
  const ended = db
    .prepare<[number, number, number, number], number>(
      'SELECT idx FROM units WHERE batch = ? AND state = ? AND idx > ? ORDER BY idx LIMIT ?',
    )
    .pluck()
  const waiting = db
    .prepare<[number], number>(
      'SELECT count(*) FROM (SELECT 1 FROM units WHERE state = 0 AND wanted > live LIMIT ?)',
    )
    .pluck()
  const search = (index: string, condition: string): Search =>
    db.prepare(
      `SELECT u.batch, u.idx, u.lottery, u.state, u.live, u.votes, u.failures, u.wanted, u.digest, c.standing
       FROM units u INDEXED BY ${index}
       LEFT JOIN copies c ON c.batch = u.batch AND c.idx = u.idx AND c.donor = ?
       WHERE u.state = 0 AND u.wanted > u.live ${condition} AND u.lottery >= ? ORDER BY u.lottery LIMIT ?`,
    )
  const searchAll = search('units_wanting', '')
  const searchVoted = search('units_voted', 'AND u.votes > 0')
  return {
    takeFresh(batch, limit) {
      tx.needed()
      const row = fresh.get(batch)
      if (!row || row.fresh >= row.count || limit <= 0) return []
      const end = Math.min(row.fresh + limit, row.count)
      setFresh.run(end, batch)
      return Array.from({ length: end - row.fresh }, (_, offset) => ({ batch, index: row.fresh + offset }))
    },
    unit: ({ batch, index }) => unitOf(select.get(batch, index)),
    saveUnit({ batch, index }, before, after, lottery) {
      tx.needed()
      if (after.state === 'unsent') return
      if (before.state === 'unsent') insert.run(batch, index, lottery, ...unitValues(after))
      else update.run(...unitValues(after), batch, index)
      counters.unitMoved(batch, before, after)
    },
    unitsThat: (state, batch, after, limit) =>
      ended.all(batch, state === 'inconclusive' ? 2 : 3, after, limit).map((index) => ({ batch, index })),
    waiting: (limit) => waiting.get(limit) ?? 0,
    wanting({ donorKey, from, scan, limit, votedOnly }) {
      const found = []
      let looked = 0
      let last = from
      // Row by row: usually the first few are enough.
      const rows = votedOnly ? searchVoted : searchAll
      for (const row of rows.iterate(ids.find(donorKey) ?? 0, from, scan)) {
        if (found.length >= limit) return { found, next: row.lottery }
        looked += 1
        last = row.lottery
        if (row.standing !== null && row.standing !== LAPSED) continue
        const work = unitOf(row)
        if (work.state !== 'leased') continue
        found.push({ unit: { batch: row.batch, index: row.idx }, work, lapsed: row.standing === LAPSED })
      }
      // Units may share a number: the next search begins at it again unless that would make no headway.
      const next = looked < scan ? undefined : Math.max(last, from + 1)
      return { found, next }
    },
  }
}
