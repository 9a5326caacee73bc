import type Database from 'better-sqlite3'
import type { Hex32 } from '../../../../domain/ids.ts'
import { COUNTED_OUTCOMES, type CountedOutcome } from '../../../../domain/outcome.ts'
import type { OutputRow, UnitStore, VerifiedRow } from '../../../ports.ts'
import { blob32, bytesOf, hexOf } from '../columns.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'

type Outputs = Pick<UnitStore, 'addOutput' | 'output' | 'keepOutput' | 'addVerified' | 'verifiedAfter'>

interface OutputColumns {
  batch: bigint
  idx: bigint
  digest: Buffer
  outcome: bigint
  exit_code: bigint
  fuel: bigint
  stdout: Buffer
}
interface VerifiedColumns extends OutputColumns {
  id: bigint
  at: bigint
}

const OUTPUT = 'o.batch, o.idx, o.digest, o.outcome, o.exit_code, o.fuel, o.stdout'

export function outputs(db: Database.Database, tx: Transactions, ids: DonorIds): Outputs {
  const insert = db.prepare('INSERT OR IGNORE INTO outputs VALUES (?, ?, ?, ?, ?, ?, ?)')
  const select = db
    .prepare<[number, number, Buffer], OutputColumns>(
      `SELECT ${OUTPUT} FROM outputs o WHERE batch = ? AND idx = ? AND digest = ?`,
    )
    .safeIntegers()
  const dropOthers = db.prepare('DELETE FROM outputs WHERE batch = ? AND idx = ? AND digest <> ?')
  const verify = db.prepare('INSERT INTO verified (batch, idx, at) VALUES (?, ?, ?)')
  const verified = db
    .prepare<[number, number], VerifiedColumns>(
      `SELECT v.id, v.at, ${OUTPUT} FROM verified v
       JOIN units u ON u.batch = v.batch AND u.idx = v.idx
       JOIN outputs o ON o.batch = v.batch AND o.idx = v.idx AND o.digest = u.digest
       WHERE v.id > ? ORDER BY v.id LIMIT ?`,
    )
    .safeIntegers()
  const agreeing = db
    .prepare<[bigint, bigint, bigint], number>(
      'SELECT donor FROM copies WHERE batch = ? AND idx = ? AND standing = 4 AND answered_at <= ? ORDER BY answered_at, donor',
    )
    .pluck()
  const verifiedRow = (row: VerifiedColumns): VerifiedRow => ({
    cursor: Number(row.id),
    unit: { batch: Number(row.batch), index: Number(row.idx) },
    verifiedAt: Number(row.at),
    output: outputOf(row),
    donors: agreeing.all(row.batch, row.idx, row.at).map((donor) => ids.key(donor)),
  })
  return {
    addOutput({ unit, digest, outcome, exitCode, fuel, stdout }) {
      tx.needed()
      const place = [unit.batch, unit.index, blob32(digest)]
      insert.run(...place, COUNTED_OUTCOMES.indexOf(outcome), exitCode, fuel, stdout)
    },
    output: ({ batch, index }, digest) => {
      const row = select.get(batch, index, blob32(digest))
      return row && outputOf(row)
    },
    keepOutput({ batch, index }, digest) {
      tx.needed()
      dropOthers.run(batch, index, blob32(digest))
    },
    addVerified({ batch, index }, at) {
      tx.needed()
      verify.run(batch, index, at)
    },
    verifiedAfter: (cursor, limit) => verified.all(cursor, limit).map(verifiedRow),
  }
}

function outputOf(row: OutputColumns): OutputRow {
  return {
    unit: { batch: Number(row.batch), index: Number(row.idx) },
    digest: hexOf<Hex32>(row.digest),
    outcome: outcomeAt(Number(row.outcome)),
    exitCode: Number(row.exit_code),
    fuel: row.fuel,
    stdout: bytesOf(row.stdout),
  }
}

function outcomeAt(place: number): CountedOutcome {
  const outcome = COUNTED_OUTCOMES[place]
  if (outcome === undefined) throw new Error(`there is no outcome ${place}`)
  return outcome
}
