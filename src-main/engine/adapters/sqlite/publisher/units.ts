import type Database from 'better-sqlite3'
import type { UnitId } from '../../../../domain/ids.ts'
import { UNSENT } from '../../../../domain/work-unit.ts'
import type { UnitStore, WantingUnits } from '../../../ports.ts'
import type { Transactions } from '../transactions.ts'
import type { LiveState } from './live/live-state.ts'
import { stateColumn } from './live/unit-image.ts'

type Units = Pick<UnitStore, 'takeFresh' | 'unit' | 'saveUnit' | 'unitsThat' | 'waiting' | 'wanting'>

export function units(
  db: Database.Database,
  { table, tallies, edits, pools }: LiveState,
  tx: Transactions,
): Units {
  const ended = db
    .prepare<[number, number, number, number], number>(
      'SELECT idx FROM units WHERE batch = ? AND state = ? AND state >= 2 AND idx > ? ORDER BY idx LIMIT ?',
    )
    .pluck()
  return {
    takeFresh(batch, limit, { reserve } = { reserve: false }) {
      tx.needed()
      const row = tallies.fresh(batch)
      if (!row || limit <= 0) return []
      const { fresh, reserveStart, isReserveReleased } = row
      const last = reserve || isReserveReleased ? row.count : reserveStart
      if (fresh >= last) return []
      const units: UnitId[] = []
      let end = fresh
      for (; end < last && units.length < limit; end++) {
        const unit = { batch, index: end }
        // Of the reserve some may have come back before anybody was handed them.
        if (end < reserveStart || !table.find(unit)) units.push(unit)
      }
      edits.takeFresh(batch, end)
      return units
    },
    unit: (unit) => table.find(unit)?.state.work ?? UNSENT,
    saveUnit(unit, _before, after, lottery) {
      tx.needed()
      if (after.state !== 'unsent') edits.saveUnit(unit, after, lottery)
    },
    unitsThat(state, batch, after, limit) {
      const indexes = table
        .dirty()
        .filter((entry) => entry.unit.batch === batch && entry.state.work.state === state)
        .map(({ unit }) => unit.index)
        .filter((index) => index > after)
      const column = stateColumn({ state })
      for (let [found, from] = [0, after]; found < limit;) {
        const rows = ended.all(batch, column, from, limit)
        const current = rows.filter((index) => table.peek({ batch, index })?.dirty !== true)
        indexes.push(...current)
        found += current.length
        const last = rows.at(-1)
        if (last === undefined) break
        from = last
      }
      const first = indexes.sort((a, b) => a - b).slice(0, limit)
      return first.map((index) => ({ batch, index }))
    },
    waiting(limit) {
      edits.list()
      return Math.min(pools.waiting.size, limit)
    },
    wanting({ donorKey, from, scan, limit, votedOnly, selfAssignedOnly = false }) {
      edits.list()
      const found: WantingUnits['found'][number][] = []
      let looked = 0
      let last = from
      let full: number | undefined
      const pool = selfAssignedOnly ? pools.selfAssigned : votedOnly ? pools.voted : pools.waiting
      pool.visit(from, (lottery, unit) => {
        if (looked >= scan) return false
        if (found.length >= limit) {
          full = lottery
          return false
        }
        looked += 1
        last = lottery
        const entry = table.find(unit)
        if (entry?.state.work.state !== 'leased') return true
        const standing = entry.state.copies.find((copy) => copy.donorKey === donorKey)?.standing
        if (standing === undefined || standing === 'lapsed')
          found.push({ unit: entry.unit, work: entry.state.work, lapsed: standing === 'lapsed' })
        return true
      })
      if (full !== undefined) return { found, next: full }
      // Units may share a number: the next search begins at it again unless that would make no headway.
      return { found, next: looked < scan ? undefined : Math.max(last, from + 1) }
    },
  }
}
