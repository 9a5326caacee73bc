import type { UnitStore } from '../../../ports.ts'
import { UNSENT } from '../../../../domain/work-unit.ts'
import type { Transactions } from '../transactions.ts'
import type { LiveState } from './live/live-state.ts'

type Units = Pick<UnitStore, 'takeFresh' | 'unit' | 'saveUnit' | 'waiting' | 'wanting'>

export function units({ table, tallies, moves, waiting, voted }: LiveState, tx: Transactions): Units {
  return {
    takeFresh(batch, limit) {
      tx.needed()
      const row = tallies.fresh(batch)
      if (!row || row.fresh >= row.count || limit <= 0) return []
      const { fresh } = row
      const end = Math.min(fresh + limit, row.count)
      moves.takeFresh(batch, end)
      return Array.from({ length: end - fresh }, (_, offset) => ({ batch, index: fresh + offset }))
    },
    unit: (unit) => table.find(unit)?.work ?? UNSENT,
    saveUnit(unit, _before, after, lottery) {
      tx.needed()
      if (after.state !== 'unsent') moves.saveUnit(unit, after, lottery)
    },
    waiting: (limit) => Math.min(waiting.size, limit),
    wanting({ donorKey, from, scan, limit, votedOnly }) {
      const found: ReturnType<Units['wanting']>['found'][number][] = []
      let looked = 0
      let last = from
      let full: number | undefined
      const pool = votedOnly ? voted : waiting
      pool.visit(from, (lottery, unit) => {
        if (looked >= scan) return false
        if (found.length >= limit) {
          full = lottery
          return false
        }
        looked += 1
        last = lottery
        const entry = table.find(unit)
        const standing = entry?.copies.find((copy) => copy.donorKey === donorKey)?.standing
        if (entry?.work.state === 'leased' && (standing === undefined || standing === 'lapsed'))
          found.push({ unit: entry.unit, work: entry.work, lapsed: standing === 'lapsed' })
        return true
      })
      if (full !== undefined) return { found, next: full }
      // Units may share a number: the next search begins at it again unless that would make no headway.
      const next = looked < scan ? undefined : Math.max(last, from + 1)
      return { found, next }
    },
  }
}
