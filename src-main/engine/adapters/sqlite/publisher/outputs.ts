import type Database from 'better-sqlite3'
import { unitText, type Hex32, type UnitId } from '../../../../domain/ids.ts'
import type { CopyRow, OutputRow, UnitStore, VerifiedRow } from '../../../ports.ts'
import { ByteReader } from '../bytes.ts'
import { bytesOf, outcomeAt } from '../columns.ts'
import { fileRows } from '../file-rows.ts'
import type { Transactions } from '../transactions.ts'
import type { DonorIds } from './donor-ids.ts'
import type { LiveState } from './live/live-state.ts'
import type { VerifiedPlace } from './live/tails.ts'
import type { UnitState } from './live/unit-entry.ts'
import { readImage } from './live/unit-image.ts'

type Outputs = Pick<UnitStore, 'addOutput' | 'output' | 'keepOutput' | 'addVerified' | 'verifiedAfter'>

interface OutputColumns {
  outcome: bigint
  exit_code: bigint
  fuel: bigint
  stdout: Buffer
}
interface VerifiedColumns {
  id: number
  batch: number
  idx: number
  at: number
  image: Buffer
}

export function outputs(
  db: Database.Database,
  { table, tails, edits }: LiveState,
  tx: Transactions,
  ids: DonorIds,
): Outputs {
  const select = db
    .prepare<[number], OutputColumns>('SELECT outcome, exit_code, fuel, stdout FROM outputs WHERE id = ?')
    .safeIntegers()
  const files = fileRows(db, 'output_files', 'output')
  // The rows of units come along: a reader of all results must not fill the memory with units.
  const verified = db.prepare<[number, number], VerifiedColumns>(
    `SELECT v.id, v.batch, v.idx, v.at, u.image
     FROM verified v JOIN units u ON u.batch = v.batch AND u.idx = v.idx WHERE v.id > ? ORDER BY v.id LIMIT ?`,
  )

  const outputOf = (unit: UnitId, state: UnitState | undefined, digest: Hex32): OutputRow | undefined => {
    const output = state?.outputs.find((each) => each.digest === digest)
    if (!output) return undefined
    edits.writeOutputs()
    const row = storedOutput(unit, digest, select.get(output.id))
    const own = files.of(output.id)
    return row && own.length > 0 ? { ...row, files: own } : row
  }
  const number = ({ donorKey }: CopyRow): number => ids.find(donorKey) ?? 0
  /** Nothing while the unit is questioned: it was verified on trust, and others are to say now. */
  const verifiedRow = ({ id, unit, at }: VerifiedPlace, state: UnitState | undefined): VerifiedRow[] => {
    if (state?.work.state !== 'verified' && state?.work.state !== 'released') return []
    const output = outputOf(unit, state, state.work.digest)
    if (!output) throw new Error(`the output of unit ${unitText(unit)} is missing`)
    const donors = state.copies
      .filter(({ standing, answeredAt = 0 }) => standing === 'verified' && answeredAt <= at)
      .sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0) || number(a) - number(b))
      .map(({ donorKey }) => donorKey)
    return [{ cursor: id, unit, verifiedAt: at, output, donors }]
  }
  const storedRow = ({ id, batch, idx, at, image }: VerifiedColumns): VerifiedRow[] => {
    const unit = { batch, index: idx }
    const state = table.peek(unit)?.state ?? readImage(new ByteReader(image), ids, unit)
    return verifiedRow({ id, unit, at }, state)
  }
  return {
    addOutput(row) {
      tx.needed()
      edits.addOutput(row)
    },
    output: (unit, digest) => outputOf(unit, table.find(unit)?.state, digest),
    keepOutput(unit, digest) {
      tx.needed()
      edits.keepOutput(unit, digest)
    },
    addVerified(unit, at) {
      tx.needed()
      edits.addVerified(unit, at)
    },
    verifiedAfter(cursor, limit) {
      const found: VerifiedRow[] = []
      for (let after = cursor; found.length < limit;) {
        const rows = verified.all(after, limit - found.length)
        for (const row of rows) found.push(...storedRow(row))
        const last = rows.at(-1)
        if (!last) break
        after = last.id
      }
      for (const place of tails.verified) {
        if (found.length >= limit) break
        if (place.id > cursor) found.push(...verifiedRow(place, table.find(place.unit)?.state))
      }
      return found
    },
  }
}

function storedOutput(unit: UnitId, digest: Hex32, row: OutputColumns | undefined): OutputRow | undefined {
  return (
    row && {
      unit,
      digest,
      outcome: outcomeAt(Number(row.outcome)),
      exitCode: Number(row.exit_code),
      fuel: row.fuel,
      stdout: bytesOf(row.stdout),
    }
  )
}
