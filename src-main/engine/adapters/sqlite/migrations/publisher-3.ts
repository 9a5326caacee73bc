import type Database from 'better-sqlite3'
import type { Hex32, UnitId } from '../../../../domain/ids.ts'
import type { WorkUnit } from '../../../../domain/work-unit.ts'
import type { CopyRow } from '../../../ports.ts'
import { ByteWriter } from '../bytes.ts'
import { hexOf } from '../columns.ts'
import { donorIds, type DonorIds } from '../publisher/donor-ids.ts'
import { packGrants } from '../publisher/grants.ts'
import { packUnsealed } from '../publisher/live/tails.ts'
import { NOTHING_YET, isOpen, type UnitState } from '../publisher/live/unit-entry.ts'
import { STANDINGS, stateColumn, writeImage } from '../publisher/live/unit-image.ts'

/**
 * Version 3: changes go to a log first and to their tables many at a time. A unit's row holds its copies and who was
 * granted it, a ledger record's row holds its grants; the grants that none covers are in one row.
 */
export function changesInALog(db: Database.Database): void {
  db.exec(prepare)
  const ids = donorIds(db)
  moveUnits(db, ids)
  moveGrants(db, ids)
  db.exec(finish)
}

const prepare = `
CREATE TABLE changes (id INTEGER PRIMARY KEY, changes BLOB NOT NULL) STRICT;

-- One row: the number of the next grant, then the grants that no ledger record covers.
CREATE TABLE unsealed (one INTEGER PRIMARY KEY CHECK (one = 1), grants BLOB NOT NULL) STRICT;

-- state: 0 leased, 1 verified, 2 inconclusive, 3 suspended. open: it waits for a copy or a donor holds one.
-- image: see unit-image.ts.
CREATE TABLE units_3 (
  batch INTEGER NOT NULL REFERENCES batches,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
  open INTEGER NOT NULL CHECK (open IN (0, 1)),
  image BLOB NOT NULL,
  PRIMARY KEY (batch, idx)
) STRICT, WITHOUT ROWID;

-- Named by the images of their units. outcome: place in COUNTED_OUTCOMES.
CREATE TABLE outputs_3 (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  outcome INTEGER NOT NULL CHECK (outcome >= 0),
  exit_code INTEGER NOT NULL,
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  stdout BLOB NOT NULL
) STRICT;
INSERT INTO outputs_3 SELECT rowid, digest, outcome, exit_code, fuel, stdout FROM outputs;

-- granted: batch, index and fuel of each grant of the record.
CREATE TABLE ledger_records_3 (
  donor INTEGER NOT NULL REFERENCES donors,
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  at INTEGER NOT NULL,
  units INTEGER NOT NULL CHECK (units > 0),
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  cumulative_fuel INTEGER NOT NULL CHECK (cumulative_fuel >= fuel),
  units_root BLOB NOT NULL CHECK (length(units_root) = 32),
  first_grant INTEGER NOT NULL,
  last_grant INTEGER NOT NULL CHECK (last_grant >= first_grant),
  granted BLOB NOT NULL,
  PRIMARY KEY (donor, sequence),
  UNIQUE (epoch, idx)
) STRICT;
INSERT INTO ledger_records_3 SELECT *, x'' FROM ledger_records;
`

const finish = `
DROP TABLE ledger_records;
DROP TABLE grants;
DROP TABLE outputs;
DROP TABLE copies;
DROP TABLE units;
ALTER TABLE ledger_records_3 RENAME TO ledger_records;
ALTER TABLE outputs_3 RENAME TO outputs;
ALTER TABLE units_3 RENAME TO units;
CREATE INDEX units_open ON units (batch, idx) WHERE open = 1;
`

interface UnitColumns {
  batch: number
  idx: number
  state: number
  live: number
  votes: number
  failures: number
  wanted: number
  lottery: number
  digest: Buffer | null
}
interface CopyColumns {
  donor: number
  standing: number
  expires_at: number
  answered_at: number | null
  digest: Buffer | null
  device: Buffer | null
  granted: number
}

function moveUnits(db: Database.Database, ids: DonorIds): void {
  const page = db.prepare<[number, number], UnitColumns>(
    'SELECT * FROM units WHERE (batch, idx) > (?, ?) ORDER BY batch, idx LIMIT 1000',
  )
  const copies = db.prepare<[number, number], CopyColumns>(
    `SELECT c.*, g.id IS NOT NULL AS granted FROM copies c
     LEFT JOIN grants g ON g.batch = c.batch AND g.idx = c.idx AND g.donor = c.donor WHERE c.batch = ? AND c.idx = ?`,
  )
  const outputs = db.prepare<[number, number], { id: number; digest: Buffer }>(
    'SELECT rowid AS id, digest FROM outputs WHERE batch = ? AND idx = ?',
  )
  const insert = db.prepare('INSERT INTO units_3 VALUES (?, ?, ?, ?, ?)')
  const bytes = new ByteWriter()
  for (let rows = page.all(-1, -1); rows.length > 0;) {
    for (const row of rows) {
      const { batch, idx } = row
      const held = copies.all(batch, idx)
      const state: UnitState = {
        ...NOTHING_YET,
        work: workOf(row),
        lottery: row.lottery,
        copies: held.map((copy) => copyOf(copy, { batch, index: idx }, ids)),
        granted: held.filter(({ granted }) => granted === 1).map(({ donor }) => ids.key(donor)),
        outputs: outputs.all(batch, idx).map(({ id, digest }) => ({ id, digest: hexOf<Hex32>(digest) })),
      }
      bytes.reset()
      writeImage(bytes, ids, state)
      insert.run(batch, idx, stateColumn(state.work), Number(isOpen(state)), bytes.copy())
    }
    const { batch, idx } = rows.at(-1) ?? { batch: 0, idx: 0 }
    rows = page.all(batch, idx)
  }
}

function workOf({ state, live, votes, failures, wanted, digest }: UnitColumns): WorkUnit {
  switch (state) {
    case 0:
      return { state: 'leased', live, votes, failures, wanted }
    case 2:
      return { state: 'inconclusive' }
    case 3:
      return { state: 'suspended' }
  }
  if (!digest) throw new Error('a verified unit has no digest')
  return { state: 'verified', digest: hexOf<Hex32>(digest) }
}

function copyOf(row: CopyColumns, unit: UnitId, ids: DonorIds): CopyRow {
  const standing = STANDINGS[row.standing]
  if (standing === undefined) throw new Error('a copy has no standing')
  return {
    unit,
    donorKey: ids.key(row.donor),
    standing,
    expiresAt: row.expires_at,
    ...(row.answered_at === null ? {} : { answeredAt: row.answered_at }),
    ...(row.digest === null ? {} : { digest: hexOf<Hex32>(row.digest) }),
    ...(row.device === null ? {} : { deviceKey: hexOf<Hex32>(row.device) }),
  }
}

interface GrantColumns {
  id: bigint
  batch: bigint
  idx: bigint
  donor: bigint
  fuel: bigint
}

function moveGrants(db: Database.Database, ids: DonorIds): void {
  const records = db.prepare<
    [],
    { donor: number; sequence: number; first_grant: number; last_grant: number }
  >('SELECT donor, sequence, first_grant, last_grant FROM ledger_records_3')
  const covered = db
    .prepare<[number, number, number], GrantColumns>(
      'SELECT * FROM grants WHERE donor = ? AND id BETWEEN ? AND ? ORDER BY id',
    )
    .safeIntegers()
  const update = db.prepare('UPDATE ledger_records_3 SET granted = ? WHERE donor = ? AND sequence = ?')
  for (const { donor, sequence, first_grant, last_grant } of records.all())
    update.run(packGrants(covered.all(donor, first_grant, last_grant).map(grantOf)), donor, sequence)

  const sealedThrough =
    db.prepare<[], bigint>('SELECT sealed_through FROM ledger').pluck().safeIntegers().get() ?? 0n
  const unsealed = db
    .prepare<[bigint], GrantColumns>('SELECT * FROM grants WHERE id > ? ORDER BY id')
    .safeIntegers()
    .all(sealedThrough)
    .map((row) => ({ ...grantOf(row), grant: Number(row.id), donorKey: ids.key(Number(row.donor)) }))
  const next = (unsealed.at(-1)?.grant ?? Number(sealedThrough)) + 1
  db.prepare('INSERT INTO unsealed VALUES (1, ?)').run(packUnsealed(next, unsealed, ids))
}

function grantOf(row: GrantColumns): { readonly unit: UnitId; readonly fuel: bigint } {
  return { unit: { batch: Number(row.batch), index: Number(row.idx) }, fuel: row.fuel }
}
