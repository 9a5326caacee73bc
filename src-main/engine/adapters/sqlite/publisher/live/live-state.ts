import type Database from 'better-sqlite3'
import type { UnitId } from '../../../../../domain/ids.ts'
import type { DonorIds } from '../donor-ids.ts'
import { tallies as createTallies, type Tallies } from '../tallies.ts'
import { unitOf } from '../unit-rows.ts'
import { changeLog } from './change-log.ts'
import { foldChanges } from './fold.ts'
import { heldCopies, type HeldCopies } from './held-copies.ts'
import { isWithoutCredit, liveUnits } from './live-units.ts'
import type { Moves } from './moves.ts'
import { SortedPool } from './sorted-pool.ts'
import { tails as createTails, type Tails } from './tails.ts'
import { UndoLog } from './undo-log.ts'
import { isWaiting } from './unit-entry.ts'
import { entryOf, unitTable, type UnitRowColumns, type UnitTable } from './unit-table.ts'

/**
 * The part of the publisher's data that moves all the time, in memory. Invariants:
 * - every move of a committed transaction is in the log of changes or in the tables;
 * - a unit in memory is newer than its row or equal to it, a unit that is not there is as its row says;
 * - all units that wait and all copies that are leased are in the pools, whether they are in memory or not;
 * - a transaction that fails takes back its moves.
 */
export interface LiveState {
  readonly table: UnitTable
  readonly tallies: Tallies
  readonly tails: Tails
  readonly waiting: SortedPool
  readonly voted: SortedPool
  readonly held: HeldCopies
  /** Moves that the open transaction will log. */
  readonly moves: Moves
  /** Adds the open transaction's moves to the log, inside it. */
  flush(): void
  /** The transaction was rolled back. */
  forget(): void
  /** It was committed. */
  committed(): void
  /** Whether it is time to fold. */
  readonly isFull: boolean
  /** Brings the tables up to date; outside of transactions. */
  fold(): void
}

/** A fold takes about 10 ms per MB of log, during which nobody is answered. */
const LOG_BYTES = 4 * 1024 * 1024
/** Units in memory, read ones included. */
const UNITS = 65_536

export function liveState(db: Database.Database, ids: DonorIds): LiveState {
  const undo = new UndoLog()
  const table = unitTable(db, ids)
  const tallies = createTallies(db, undo)
  const tails = createTails(db, ids, undo)
  const waiting = new SortedPool()
  const voted = new SortedPool()
  const held = heldCopies()
  const units = liveUnits({
    table,
    tallies,
    ids,
    undo,
    held,
    waiting,
    voted,
    onWithoutCredit: ({ unit, donorKey, standing }) => {
      if (isWithoutCredit(standing)) tails.addWithoutCredit({ unit, donorKey, standing })
    },
  })
  const log = changeLog(db, ids, {
    ...units,
    ...tails.moves,
    addGrant(unit, donorKey, fuel) {
      units.addGrant(unit, donorKey, fuel)
      tails.addGrant(unit, donorKey, fuel)
    },
  })
  readPools(db, ids, { waiting, voted, held })
  log.replay()
  undo.forget()
  return {
    table,
    tallies,
    tails,
    waiting,
    voted,
    held,
    moves: log.recorded,
    flush: () => {
      log.write()
    },
    forget() {
      log.forget()
      undo.takeBack()
    },
    committed: () => {
      undo.forget()
    },
    get isFull() {
      return log.bytes >= LOG_BYTES || table.size >= UNITS
    },
    fold: foldChanges({ db, ids, table, tallies, tails, log }),
  }
}

/** What waits and what is leased, as of the last fold. */
function readPools(
  db: Database.Database,
  ids: DonorIds,
  { waiting, voted, held }: Pick<LiveState, 'waiting' | 'voted' | 'held'>,
): void {
  type Row = UnitRowColumns & { batch: number; idx: number }
  const columns = 'batch, idx, state, live, votes, failures, wanted, digest, lottery, copies'
  const unitAt = ({ batch, idx }: Row): UnitId => ({ batch, index: idx })
  const wanting = db.prepare<[], Row>(
    `SELECT ${columns} FROM units INDEXED BY units_wanting WHERE state = 0 AND wanted > live ORDER BY lottery`,
  )
  for (const row of wanting.iterate()) {
    const work = unitOf(row)
    if (!isWaiting(work)) continue
    waiting.add(row.lottery, unitAt(row))
    if (row.votes > 0) voted.add(row.lottery, unitAt(row))
  }
  const leased = db.prepare<[], Row>(`SELECT ${columns} FROM units INDEXED BY units_leased WHERE leased > 0`)
  for (const row of leased.all())
    for (const copy of entryOf(ids, unitAt(row), row).copies) if (copy.standing === 'leased') held.add(copy)
}
