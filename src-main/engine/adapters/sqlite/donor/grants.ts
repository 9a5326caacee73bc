import type Database from 'better-sqlite3'
import { PowerswarmError } from '../../../../domain/errors.ts'
import type { Hex32, ProjectKey, UnitId } from '../../../../domain/ids.ts'
import type { DonorStore } from '../../../ports.ts'
import { blob32, hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'

type Grants = Pick<DonorStore, 'addGrant' | 'granted' | 'lastGrant' | 'moveLastGrant' | 'grantedUnits'>
type Granted = ReturnType<DonorStore['granted']>

interface LastColumns {
  sequence: bigint
  cumulative_fuel: bigint
  cumulative_units: bigint
}

interface HeldColumns {
  epoch: bigint
  idx: bigint
  sequence: bigint
  units: bigint
  cumulative_fuel: bigint
  units_root: Buffer
}

export function grants(db: Database.Database, tx: Transactions): Grants {
  const last = db
    .prepare<[Buffer], LastColumns>(
      `SELECT sequence, cumulative_fuel, cumulative_units FROM grants
       WHERE project = ? ORDER BY sequence DESC LIMIT 1`,
    )
    .safeIntegers()
  const held = db
    .prepare<[Buffer], HeldColumns>(
      `SELECT epoch, idx, sequence, units, cumulative_fuel, units_root FROM grants
       WHERE project = ? ORDER BY sequence DESC LIMIT 1`,
    )
    .safeIntegers()
  const move = db.prepare(
    `UPDATE grants SET epoch = ?
     WHERE project = ? AND sequence = (SELECT max(sequence) FROM grants WHERE project = ?)`,
  )
  const insert = db.prepare('INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertUnit = db.prepare('INSERT OR IGNORE INTO granted_units VALUES (?, ?, ?, ?)')
  const removeUnit = db.prepare('DELETE FROM granted_units WHERE project = ? AND batch = ? AND idx = ?')
  const verify = db.prepare('UPDATE results SET state = 3 WHERE project = ? AND batch = ? AND idx = ?')
  const reject = db.prepare('UPDATE results SET state = 4 WHERE project = ? AND batch = ? AND idx = ?')
  const units = db.prepare<[Buffer], { batch: number; idx: number }>(
    'SELECT batch, idx FROM granted_units WHERE project = ? ORDER BY batch, idx',
  )
  const granted = (projectKey: ProjectKey): Granted => {
    const row = last.get(blob32(projectKey))
    return row
      ? {
          nextSequence: Number(row.sequence) + 1,
          cumulativeFuel: row.cumulative_fuel,
          units: Number(row.cumulative_units),
        }
      : { nextSequence: 0, cumulativeFuel: 0n, units: 0 }
  }
  return {
    addGrant: (projectKey, notice, record) => {
      tx.transact(() => {
        const before = granted(projectKey)
        if (record.sequence < before.nextSequence) return
        if (record.sequence > before.nextSequence)
          throw new PowerswarmError('bad-record', `Ledger record ${before.nextSequence} was skipped`)
        const project = blob32(projectKey)
        const units = before.units + (record.revokes ? -record.units : record.units)
        const amounts = [record.units, record.fuel, record.cumulativeFuel, units]
        const place = [project, record.sequence, notice.epoch, notice.index, record.at]
        insert.run(...place, ...amounts, blob32(record.unitsRoot), record.revokes ? 1 : 0)
        for (const { batch, index } of notice.units) {
          if (record.revokes) removeUnit.run(project, batch, index)
          else insertUnit.run(project, batch, index, record.sequence)
          ;(record.revokes ? reject : verify).run(project, batch, index)
        }
      })
    },
    granted,
    lastGrant: (projectKey) => {
      const row = held.get(blob32(projectKey))
      return (
        row && {
          epoch: Number(row.epoch),
          index: Number(row.idx),
          sequence: Number(row.sequence),
          units: Number(row.units),
          cumulativeFuel: row.cumulative_fuel,
          unitsRoot: hexOf<Hex32>(row.units_root),
        }
      )
    },
    moveLastGrant: (projectKey, epoch) => {
      move.run(epoch, blob32(projectKey), blob32(projectKey))
    },
    grantedUnits: (projectKey) =>
      units.all(blob32(projectKey)).map(({ batch, idx }): UnitId => ({ batch, index: idx })),
  }
}
