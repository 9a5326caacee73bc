import type Database from 'better-sqlite3'
import type { DonorKey, UnitId } from '../../../../../domain/ids.ts'
import type { Fuel, UnixMs } from '../../../../../domain/units.ts'
import { ByteReader, ByteWriter } from '../../bytes.ts'
import type { DonorIds } from '../donor-ids.ts'
import type { TrustEntry } from './donor-trusts.ts'
import type { UnitEntry } from './unit-entry.ts'
import { writeImage } from './unit-image.ts'

/** On disk a change is its place in this list. Append only. */
const CHANGES = ['unit', 'fresh', 'verified', 'grant', 'sealed', 'trust'] as const

/** What a restart repeats, change by change in the order of the log. */
export interface Repeated {
  /** The unit is now as the image behind it says; `from` stands at its beginning. */
  unit(unit: UnitId, from: ByteReader): void
  fresh(batch: number, end: number): void
  verified(unit: UnitId, at: UnixMs): void
  grant(unit: UnitId, donorKey: DonorKey, fuel: Fuel): void
  sealed(through: number): void
  trust(donorKey: DonorKey, entry: TrustEntry): void
}

/**
 * The log of changes: one row for each transaction, in the order of the commits. Rows of units are written much
 * later, many at a time and most of them once; until then this is where they are safe.
 */
export interface ChangeLog {
  fresh(batch: number, end: number): void
  verified(unit: UnitId, at: UnixMs): void
  grant(unit: UnitId, donorKey: DonorKey, fuel: Fuel): void
  sealed(through: number): void
  trust(donorKey: DonorKey, entry: TrustEntry): void
  /** Adds what was noted, and these units as they are now, to the log. Part of the transaction. */
  write(changed: readonly UnitEntry[]): void
  /** Drops what was noted: the transaction was rolled back. */
  forget(): void
  /** Bytes in the log. */
  readonly bytes: number
  /** Everything is in its tables: empties the log. Part of that transaction. */
  clear(): void
  /** That transaction was committed. */
  cleared(): void
  repeat(again: Repeated): void
}

export function changeLog(db: Database.Database, ids: DonorIds): ChangeLog {
  const insert = db.prepare('INSERT INTO changes (changes) VALUES (?)')
  const select = db.prepare<[], Buffer>('SELECT changes FROM changes ORDER BY id').pluck()
  const remove = db.prepare('DELETE FROM changes')
  const notes = new ByteWriter()
  let bytes = 0
  const note = (change: (typeof CHANGES)[number], batch: number, index: number): void => {
    notes.number(CHANGES.indexOf(change))
    notes.number(batch)
    notes.number(index)
  }
  return {
    fresh: (batch, end) => {
      note('fresh', batch, end)
    },
    verified(unit, at) {
      note('verified', unit.batch, unit.index)
      notes.number(at)
    },
    grant(unit, donorKey, fuel) {
      note('grant', unit.batch, unit.index)
      notes.number(ids.ensure(donorKey))
      notes.fuel(fuel)
    },
    sealed: (through) => {
      note('sealed', 0, through)
    },
    trust(donorKey, { trust, openedAt, inDoubt }) {
      const { proven, window, since, held, unsettled, disputes } = trust
      note('trust', ids.ensure(donorKey), Number(inDoubt))
      for (const number of [proven, window, since, held, unsettled, disputes, openedAt]) notes.number(number)
    },
    write(changed) {
      for (const { unit, state } of changed) {
        note('unit', unit.batch, unit.index)
        writeImage(notes, ids, state)
      }
      if (notes.length === 0) return
      insert.run(notes.view())
      bytes += notes.length
      notes.reset()
    },
    forget: () => {
      notes.reset()
    },
    get bytes() {
      return bytes
    },
    clear: () => void remove.run(),
    cleared: () => {
      bytes = 0
    },
    repeat(again) {
      for (const row of select.all()) {
        bytes += row.byteLength
        for (const from = new ByteReader(row); !from.atEnd;) repeatOne(from, ids, again)
      }
    },
  }
}

function repeatOne(from: ByteReader, ids: DonorIds, again: Repeated): void {
  const change = CHANGES[from.number()]
  const [batch, index] = [from.number(), from.number()]
  switch (change) {
    case 'unit':
      again.unit({ batch, index }, from)
      return
    case 'fresh':
      again.fresh(batch, index)
      return
    case 'verified':
      again.verified({ batch, index }, from.number())
      return
    case 'grant': {
      const donorKey = ids.key(from.number())
      again.grant({ batch, index }, donorKey, from.fuel())
      return
    }
    case 'sealed':
      again.sealed(index)
      return
    case 'trust': {
      const [proven, window, since] = [from.number(), from.number(), from.number()]
      const [held, unsettled, disputes] = [from.number(), from.number(), from.number()]
      const trust = { proven, window, since, held, unsettled, disputes }
      again.trust(ids.key(batch), { trust, openedAt: from.number(), inDoubt: index === 1 })
      return
    }
    case undefined:
  }
  throw new Error('the log of changes holds something that is no change')
}
