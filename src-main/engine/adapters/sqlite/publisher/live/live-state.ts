import type Database from 'better-sqlite3'
import { MIB } from '../../../../../domain/units.ts'
import type { CopyStanding } from '../../../../ports.ts'
import type { Pending } from '../../transactions.ts'
import type { DonorIds } from '../donor-ids.ts'
import { tallies as createTallies, type Tallies } from '../tallies.ts'
import { changeLog } from './change-log.ts'
import { donorTrusts, type DonorTrusts } from './donor-trusts.ts'
import { edits as createEdits, type Edits } from './edits.ts'
import { foldChanges } from './fold.ts'
import { pools as createPools, type Pools } from './pools.ts'
import { readPools } from './read-pools.ts'
import { tails as createTails, type Tails } from './tails.ts'
import type { UnitEntry, UnitState } from './unit-entry.ts'
import { readImage } from './unit-image.ts'
import { unitTable, type UnitTable } from './unit-table.ts'
import { windows as createWindows, type Windows } from './windows.ts'

/**
 * The part of the publisher's data that moves all the time, in memory. Invariants:
 * - every change of a committed transaction is in the log of changes or in the tables;
 * - a unit in memory is newer than its row or equal to it, a unit that is not there is as its row says;
 * - all units that wait and all copies that are leased are in the pools, whether in memory or not;
 * - a transaction that fails leaves nothing behind.
 */
export interface LiveState extends Required<Pending> {
  readonly table: UnitTable
  readonly tallies: Tallies
  readonly tails: Tails
  readonly pools: Pools
  readonly trusts: DonorTrusts
  readonly windows: Windows
  /** Changes that need an open transaction. */
  readonly edits: Edits
  /** Whether it is time to fold. */
  readonly isFull: boolean
  /** Brings the tables up to date; outside of transactions. After a failure the log grows for a while before the next. */
  fold(): void
}

/** A fold takes about 10 ms per MB of log, during which nobody is answered. */
const LOG_BYTES = 4 * MIB
/** Units in memory, read ones included. */
const UNITS = 65_536

/** Reads what waits and what is leased, and repeats the log. */
export function liveState(db: Database.Database, ids: DonorIds): LiveState {
  const table = unitTable(db, ids)
  const tallies = createTallies(db)
  const tails = createTails(db, ids)
  const pools = createPools()
  const trusts = donorTrusts(db, ids)
  const windows = createWindows(db, ids)
  const log = changeLog(db, ids)
  const edits = createEdits({ db, table, tallies, tails, pools, windows, log })
  const foldNow = foldChanges({ db, ids, table, tallies, tails, trusts, windows, log })
  let foldAtBytes = LOG_BYTES
  const fold = (): void => {
    foldAtBytes = Math.max(LOG_BYTES, 2 * log.bytes)
    foldNow()
    foldAtBytes = LOG_BYTES
  }

  /** Everything that is counted or listed follows a unit from one state to the next. */
  const moved = ({ unit }: UnitEntry, before: UnitState, after: UnitState): void => {
    tallies.unitMoved(unit.batch, before.work, after.work)
    for (const copy of after.copies) {
      if (before.copies.includes(copy)) continue
      const { donorKey, standing } = copy
      const earlier = before.copies.find((each) => each.donorKey === donorKey)
      tallies.copyMoved(ids.ensure(donorKey), earlier?.standing, standing)
      if (isWithoutCredit(standing) && earlier?.standing !== standing)
        tails.addEnded({ unit, donorKey, standing })
    }
  }
  const commit = (): void => {
    for (const entry of edits.take()) {
      if (entry.before) moved(entry, entry.before, entry.state)
      entry.before = undefined
      entry.dirty = true
    }
    tails.commit()
    trusts.commit()
  }

  readPools(db, ids, pools)
  log.repeat({
    unit(unit, from) {
      const entry = table.find(unit) ?? table.create(unit)
      edits.change(entry, readImage(from, ids, entry.unit))
      commit()
    },
    fresh: (batch, end) => {
      tallies.setFresh(batch, end)
    },
    verified: (unit, at) => {
      tails.addVerified(unit, at)
    },
    grant: (unit, donorKey, fuel) => {
      tails.addGrant(unit, donorKey, fuel)
    },
    sealed: (through) => {
      tails.sealThrough(through)
    },
    trust: (donorKey, entry) => {
      trusts.set(donorKey, entry)
    },
  })
  commit()
  return {
    table,
    tallies,
    tails,
    pools,
    trusts,
    windows,
    edits,
    flush: () => {
      for (const donorKey of trusts.changed) log.trust(donorKey, trusts.get(donorKey))
      edits.writeOutputs()
      log.write(edits.changed)
    },
    forget() {
      log.forget()
      edits.takeBack()
      tails.takeBack()
      trusts.takeBack()
      tallies.forget()
    },
    committed: commit,
    get isFull() {
      return log.bytes >= foldAtBytes || (table.size >= UNITS && foldAtBytes === LOG_BYTES)
    },
    fold,
  }
}

function isWithoutCredit(standing: CopyStanding): standing is 'rejected' | 'uncounted' {
  return standing === 'rejected' || standing === 'uncounted'
}
