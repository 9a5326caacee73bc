import type Database from 'better-sqlite3'
import type { Hex32, UnitId } from '../../../../domain/ids.ts'
import type { CopyRow, OutputRow, UnitStore, VerifiedRow } from '../../../ports.ts'
import { blob32, bytesOf, hexOf, outcomeAt } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { LiveState } from './live/live-state.ts'
import type { VerifiedPlace } from './live/tails.ts'
import { entryOf, type UnitRowColumns } from './live/unit-table.ts'

type Outputs = Pick<UnitStore, 'addOutput' | 'output' | 'keepOutput' | 'addVerified' | 'verifiedAfter'>

interface OutputColumns {
  digest: Buffer
  outcome: bigint
  exit_code: bigint
  fuel: bigint
  stdout: Buffer
}
type VerifiedColumns = UnitRowColumns & { id: number; batch: number; idx: number; at: number }

export function outputs(
  db: Database.Database,
  { table, tails, moves }: LiveState,
  tx: Transactions,
  ids: DonorIds,
): Outputs {
  const select = db
    .prepare<[number, number, Buffer], OutputColumns>(
      `SELECT digest, outcome, exit_code, fuel, stdout FROM outputs WHERE batch = ? AND idx = ? AND digest = ?`,
    )
    .safeIntegers()
  // The rows of units come along: a reader of all results must not fill the memory with units.
  const verified = db.prepare<[number, number], VerifiedColumns>(
    `SELECT v.id, v.batch, v.idx, v.at, u.state, u.live, u.votes, u.failures, u.wanted, u.digest, u.lottery, u.copies
     FROM verified v JOIN units u ON u.batch = v.batch AND u.idx = v.idx WHERE v.id > ? ORDER BY v.id LIMIT ?`,
  )

  const output = (unit: UnitId, digest: Hex32): OutputRow | undefined => {
    const entry = table.peek(unit)
    const live = entry?.outputs.find((each) => each.digest === digest)
    if (live) return live
    if (entry?.keep !== undefined && entry.keep !== digest) return undefined
    const row = select.get(unit.batch, unit.index, blob32(digest))
    return row && outputOf(unit, row)
  }
  const number = ({ donorKey }: CopyRow): number => ids.find(donorKey) ?? 0
  const verifiedRow = (
    { id, unit, at }: VerifiedPlace,
    { work, copies: all }: Pick<ReturnType<typeof entryOf>, 'work' | 'copies'>,
  ): VerifiedRow => {
    const digest = work.state === 'verified' ? work.digest : undefined
    const found = digest === undefined ? undefined : output(unit, digest)
    if (!found) throw new Error(`the output of unit ${unit.batch}.${unit.index} is missing`)
    const agreeing = all
      .filter(({ standing, answeredAt = 0 }) => standing === 'verified' && answeredAt <= at)
      .sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0) || number(a) - number(b))
    return {
      cursor: id,
      unit,
      verifiedAt: at,
      output: found,
      donors: agreeing.map(({ donorKey }) => donorKey),
    }
  }
  return {
    addOutput(row) {
      tx.needed()
      moves.addOutput(row)
    },
    output,
    keepOutput(unit, digest) {
      tx.needed()
      moves.keepOutput(unit, digest)
    },
    addVerified(unit, at) {
      tx.needed()
      moves.addVerified(unit, at)
    },
    verifiedAfter(cursor, limit) {
      const stored = verified.all(cursor, limit).map((row) => {
        const unit = { batch: row.batch, index: row.idx }
        return verifiedRow({ id: row.id, unit, at: row.at }, table.peek(unit) ?? entryOf(ids, unit, row))
      })
      const rest = tails.verified.filter(({ id }) => id > cursor).slice(0, limit - stored.length)
      return [...stored, ...rest.flatMap((place) => rowsOf(place))]
    },
  }

  function rowsOf(place: VerifiedPlace): VerifiedRow[] {
    const entry = table.find(place.unit)
    return entry ? [verifiedRow(place, entry)] : []
  }
}

function outputOf(unit: UnitId, row: OutputColumns): OutputRow {
  return {
    unit,
    digest: hexOf<Hex32>(row.digest),
    outcome: outcomeAt(Number(row.outcome)),
    exitCode: Number(row.exit_code),
    fuel: row.fuel,
    stdout: bytesOf(row.stdout),
  }
}
