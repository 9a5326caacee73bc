import { PowerswarmError } from '../../../../../domain/errors.ts'
import { unitText, type UnitId } from '../../../../../domain/ids.ts'
import type { WorkUnit } from '../../../../../domain/work-unit.ts'
import type { CopyRow, CopyStanding } from '../../../../ports.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { Tallies } from '../tallies.ts'
import type { HeldCopies } from './held-copies.ts'
import type { Moves } from './moves.ts'
import type { SortedPool } from './sorted-pool.ts'
import type { UndoLog } from './undo-log.ts'
import { isWaiting, type UnitEntry } from './unit-entry.ts'
import type { UnitTable } from './unit-table.ts'

export interface LiveUnitsInit {
  readonly table: UnitTable
  readonly tallies: Tallies
  readonly ids: DonorIds
  readonly undo: UndoLog
  readonly held: HeldCopies
  /** Units that want another copy, by lottery number, and of those the ones with a vote. */
  readonly waiting: SortedPool
  readonly voted: SortedPool
  /** A copy ended without credit. */
  readonly onWithoutCredit: (copy: CopyRow) => void
}

type UnitMoves = Pick<Moves, 'takeFresh' | 'saveUnit' | 'saveCopy' | 'addOutput' | 'keepOutput' | 'addGrant'>

/** The moves of units, copies and outputs. */
export function liveUnits(init: LiveUnitsInit): UnitMoves {
  const { table, tallies, ids, undo, held } = init

  const change = (entry: UnitEntry, values: Partial<UnitEntry>): void => {
    const { work, lottery, copies, granted, outputs, keep, dirty } = entry
    undo.add(() => Object.assign(entry, { work, lottery, copies, granted, outputs, keep, dirty }))
    Object.assign(entry, values)
    entry.dirty = true
  }
  const existing = (unit: UnitId): UnitEntry => {
    const entry = table.find(unit)
    if (!entry) throw refusal(`has no unit ${unitText(unit)}`)
    return entry
  }
  const findOrCreate = (unit: UnitId): UnitEntry => {
    const known = table.find(unit)
    if (known) return known
    undo.add(() => {
      table.drop(unit)
    })
    return table.create(unit)
  }
  const rearrange = (entry: UnitEntry, work: WorkUnit, add: boolean): void => {
    if (!isWaiting(work) || work.state !== 'leased') return
    for (const pool of work.votes > 0 ? [init.waiting, init.voted] : [init.waiting])
      if (add) pool.add(entry.lottery, entry.unit)
      else pool.remove(entry.lottery, entry.unit)
  }

  return {
    takeFresh(batch, end) {
      tallies.setFresh(batch, end)
    },
    saveUnit(unit, after, lottery) {
      const entry = findOrCreate(unit)
      const before = entry.work
      rearrange(entry, before, false)
      undo.add(() => {
        rearrange(entry, before, true)
      })
      change(entry, before.state === 'unsent' ? { work: after, lottery } : { work: after })
      rearrange(entry, after, true)
      undo.add(() => {
        rearrange(entry, after, false)
      })
      tallies.unitMoved(unit.batch, before, after)
    },
    saveCopy(after) {
      const entry = existing(after.unit)
      const before = entry.copies.find(({ donorKey }) => donorKey === after.donorKey)
      const copy = kept(after, entry.unit)
      const copies = before
        ? entry.copies.map((each) => (each === before ? copy : each))
        : [...entry.copies, copy]
      change(entry, { copies })
      if (before?.standing === 'leased') {
        held.remove(before)
        undo.add(() => {
          held.add(before)
        })
      }
      if (copy.standing === 'leased') {
        held.add(copy)
        undo.add(() => {
          held.remove(copy)
        })
      }
      tallies.copyMoved(ids.ensure(copy.donorKey), before?.standing, copy.standing)
      if (isWithoutCredit(copy.standing) && before?.standing !== copy.standing) init.onWithoutCredit(copy)
    },
    addOutput(row) {
      const entry = existing(row.unit)
      const { copies, outputs } = entry
      // A copy with this digest brought the same output.
      if (copies.some(({ digest }) => digest === row.digest)) return
      if (outputs.some(({ digest }) => digest === row.digest)) return
      change(entry, { outputs: [...outputs, row] })
    },
    keepOutput(unit, digest) {
      const entry = existing(unit)
      change(entry, { keep: digest, outputs: entry.outputs.filter((output) => output.digest === digest) })
    },
    addGrant(unit, donorKey) {
      const entry = existing(unit)
      if (!entry.copies.some((copy) => copy.donorKey === donorKey))
        throw refusal(`has no copy of unit ${unitText(unit)} for a grant`)
      if (entry.granted.includes(donorKey)) throw refusal(`has this grant of unit ${unitText(unit)} already`)
      change(entry, { granted: [...entry.granted, donorKey] })
    },
  }
}

export function isWithoutCredit(standing: CopyStanding): standing is 'rejected' | 'uncounted' {
  return standing === 'rejected' || standing === 'uncounted'
}

/** What the database, not its caller, must make sure of: such a write is a bug of this program. */
export function refusal(fault: string): PowerswarmError {
  return new PowerswarmError('internal', `The database ${fault}`)
}

/** The machine is of interest only while it holds the copy. */
function kept(copy: CopyRow, unit: UnitId): CopyRow {
  if (copy.standing === 'leased' || copy.deviceKey === undefined) return { ...copy, unit }
  const { deviceKey: _machine, ...rest } = copy
  return { ...rest, unit }
}
