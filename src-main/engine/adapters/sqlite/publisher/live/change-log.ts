import type Database from 'better-sqlite3'
import type { UnitId } from '../../../../../domain/ids.ts'
import { ByteReader, ByteWriter } from '../../bytes.ts'
import { outcomeAt, outcomeNumber } from '../../columns.ts'
import type { DonorIds } from '../donor-ids.ts'
import { readWork, writeWork } from '../unit-rows.ts'
import { readCopy, writeCopy } from './copies-codec.ts'
import type { Moves } from './moves.ts'

/** On disk a move is its place in this list. Append only. */
const MOVES = [
  'takeFresh',
  'saveUnit',
  'saveCopy',
  'addOutput',
  'keepOutput',
  'addVerified',
  'addGrant',
  'sealThrough',
] as const satisfies readonly (keyof Moves)[]

/**
 * The log of moves: one row for each transaction, in the order of the commits. Rows of units, copies and outputs are
 * written much later, many at a time and most of them once; until then this is where they are safe.
 */
export interface ChangeLog {
  /** Makes moves and notes them for the transaction that is open. */
  readonly recorded: Moves
  /** Adds what was noted to the log. Part of the transaction. */
  write(): void
  /** Drops what was noted: the transaction was rolled back. */
  forget(): void
  /** Bytes in the log. */
  readonly bytes: number
  /** Everything is in its tables: empties the log. Part of that transaction. */
  clear(): void
  /** That transaction was committed. */
  cleared(): void
  /** Makes all moves of the log again. */
  replay(): void
}

export function changeLog(db: Database.Database, ids: DonorIds, moves: Moves): ChangeLog {
  const insert = db.prepare('INSERT INTO changes (moves) VALUES (?)')
  const select = db.prepare<[], Buffer>('SELECT moves FROM changes ORDER BY id').pluck()
  const remove = db.prepare('DELETE FROM changes')
  const notes = new ByteWriter()
  let bytes = 0
  const note = (move: keyof Moves, unit: UnitId): void => {
    notes.number(MOVES.indexOf(move))
    notes.number(unit.batch)
    notes.number(unit.index)
  }
  const recorded: Moves = {
    takeFresh(batch, end) {
      moves.takeFresh(batch, end)
      note('takeFresh', { batch, index: end })
    },
    saveUnit(unit, after, lottery) {
      moves.saveUnit(unit, after, lottery)
      note('saveUnit', unit)
      notes.number(lottery)
      writeWork(notes, after)
    },
    saveCopy(after) {
      moves.saveCopy(after)
      note('saveCopy', after.unit)
      writeCopy(notes, ids, after)
    },
    addOutput(row) {
      moves.addOutput(row)
      note('addOutput', row.unit)
      notes.hex32(row.digest)
      notes.number(outcomeNumber(row.outcome))
      notes.number(row.exitCode)
      notes.fuel(row.fuel)
      notes.bytes(row.stdout)
    },
    keepOutput(unit, digest) {
      moves.keepOutput(unit, digest)
      note('keepOutput', unit)
      notes.hex32(digest)
    },
    addVerified(unit, at) {
      moves.addVerified(unit, at)
      note('addVerified', unit)
      notes.number(at)
    },
    addGrant(unit, donorKey, fuel) {
      moves.addGrant(unit, donorKey, fuel)
      note('addGrant', unit)
      notes.number(ids.ensure(donorKey))
      notes.fuel(fuel)
    },
    sealThrough(grant) {
      moves.sealThrough(grant)
      note('sealThrough', { batch: 0, index: grant })
    },
  }
  return {
    recorded,
    write() {
      if (notes.length === 0) return
      insert.run(notes.view())
      bytes += notes.length
      notes.reset()
    },
    forget: () => notes.reset(),
    get bytes() {
      return bytes
    },
    clear: () => void remove.run(),
    cleared: () => {
      bytes = 0
    },
    replay() {
      for (const row of select.all()) {
        bytes += row.byteLength
        for (const from = new ByteReader(row); !from.atEnd;) repeat(from, ids, moves)
      }
    },
  }
}

/** How each move is read; in the order in which {@link changeLog} writes its parts. */
function repeat(from: ByteReader, ids: DonorIds, moves: Moves): void {
  const move = MOVES[from.number()]
  const unit = { batch: from.number(), index: from.number() }
  if (move === undefined) throw new Error('the log of changes holds something that is no change')
  const again: Record<keyof Moves, () => void> = {
    takeFresh: () => moves.takeFresh(unit.batch, unit.index),
    saveUnit: () => {
      const lottery = from.number()
      moves.saveUnit(unit, readWork(from), lottery)
    },
    saveCopy: () => moves.saveCopy(readCopy(from, ids, unit).copy),
    addOutput: () => {
      const digest = from.hex32()
      const outcome = outcomeAt(from.number())
      const exitCode = from.number()
      moves.addOutput({ unit, digest, outcome, exitCode, fuel: from.fuel(), stdout: from.bytes() })
    },
    keepOutput: () => moves.keepOutput(unit, from.hex32()),
    addVerified: () => moves.addVerified(unit, from.number()),
    addGrant: () => {
      const donorKey = ids.key(from.number())
      moves.addGrant(unit, donorKey, from.fuel())
    },
    sealThrough: () => moves.sealThrough(unit.index),
  }
  again[move]()
}
