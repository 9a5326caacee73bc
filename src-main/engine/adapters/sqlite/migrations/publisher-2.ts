import type Database from 'better-sqlite3'
import type { DonorKey, Hex32, UnitId } from '../../../../domain/ids.ts'
import type { CopyRow } from '../../../ports.ts'
import { ByteWriter } from '../bytes.ts'
import { hexOf } from '../columns.ts'
import { donorIds, type DonorIds } from '../publisher/donor-ids.ts'
import { packed } from '../publisher/grants.ts'
import { STANDINGS, writeCopy } from '../publisher/live/copies-codec.ts'
import { packUnsealed } from '../publisher/live/tails.ts'

/**
 * Version 2: changes go to a log first and to their tables many at a time. A unit's row holds its copies and who was
 * granted it, a ledger record's row holds its grants; the grants that none covers are in one row.
 */
export function changesInALog(db: Database.Database): void {
  db.exec(prepare)
  const ids = donorIds(db)
  packCopies(db, ids)
  packGrants(db, ids)
  db.exec(finish)
}

const prepare = `
CREATE TABLE changes (id INTEGER PRIMARY KEY, moves BLOB NOT NULL) STRICT;

-- One row: the number of the next grant, then the grants that no ledger record covers.
CREATE TABLE unsealed (one INTEGER PRIMARY KEY CHECK (one = 1), grants BLOB NOT NULL) STRICT;

-- copies: see copies-codec.ts; leased: how many of them donors hold.
ALTER TABLE units ADD COLUMN leased INTEGER NOT NULL DEFAULT 0 CHECK (leased >= 0);
ALTER TABLE units ADD COLUMN copies BLOB NOT NULL DEFAULT x'';
DROP INDEX units_voted;

-- Without the reference to its unit: both are written by the same fold.
CREATE TABLE outputs_2 (
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  outcome INTEGER NOT NULL CHECK (outcome >= 0),
  exit_code INTEGER NOT NULL,
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  stdout BLOB NOT NULL,
  PRIMARY KEY (batch, idx, digest)
) STRICT;
INSERT INTO outputs_2 SELECT * FROM outputs;
DROP TABLE outputs;
ALTER TABLE outputs_2 RENAME TO outputs;

-- granted: batch, index and fuel of each grant. A record covers this donor's grants from first_grant to last_grant.
CREATE TABLE ledger_records_2 (
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
INSERT INTO ledger_records_2 SELECT *, x'' FROM ledger_records;
DROP TABLE ledger_records;
ALTER TABLE ledger_records_2 RENAME TO ledger_records;
`

const finish = `
DROP TABLE grants;
DROP TABLE copies;
CREATE INDEX units_leased ON units (batch, idx) WHERE leased > 0;
`

interface CopyColumns {
  batch: number
  idx: number
  donor: number
  standing: number
  expires_at: number
  answered_at: number | null
  digest: Buffer | null
  device: Buffer | null
  unit_digest: Buffer | null
  granted: number
}

function packCopies(db: Database.Database, ids: DonorIds): void {
  const rows = db.prepare<[number, number], CopyColumns>(
    `SELECT c.*, u.digest AS unit_digest, g.id IS NOT NULL AS granted FROM copies c JOIN units u USING (batch, idx)
     LEFT JOIN grants g ON g.batch = c.batch AND g.idx = c.idx AND g.donor = c.donor
     WHERE c.batch = ? AND c.idx = ?`,
  )
  const units = db.prepare<[number, number], { batch: number; idx: number }>(
    'SELECT batch, idx FROM units WHERE (batch, idx) > (?, ?) ORDER BY batch, idx LIMIT 1000',
  )
  const update = db.prepare('UPDATE units SET copies = ?, leased = ? WHERE batch = ? AND idx = ?')
  const bytes = new ByteWriter()
  for (let page = units.all(-1, -1); page.length > 0;) {
    for (const { batch, idx } of page) {
      bytes.reset()
      let leased = 0
      for (const row of rows.all(batch, idx)) {
        if (row.standing === STANDINGS.indexOf('leased')) leased += 1
        const digest = row.unit_digest ? hexOf<Hex32>(row.unit_digest) : undefined
        writeCopy(bytes, ids, copyOf(row, ids), row.granted === 1, digest)
      }
      update.run(bytes.copy(), leased, batch, idx)
    }
    const { batch, idx } = page.at(-1) ?? { batch: -1, idx: -1 }
    page = units.all(batch, idx)
  }
}

function copyOf(row: CopyColumns, ids: DonorIds): CopyRow {
  const standing = STANDINGS[row.standing]
  if (standing === undefined) throw new Error('a copy has no standing')
  return {
    unit: { batch: row.batch, index: row.idx },
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

function packGrants(db: Database.Database, ids: DonorIds): void {
  const records = db
    .prepare<[], { donor: number; sequence: number; first_grant: number; last_grant: number }>(
      'SELECT donor, sequence, first_grant, last_grant FROM ledger_records',
    )
    .all()
  const covered = db
    .prepare<[number, number, number], GrantColumns>(
      'SELECT * FROM grants WHERE donor = ? AND id BETWEEN ? AND ? ORDER BY id',
    )
    .safeIntegers()
  const update = db.prepare('UPDATE ledger_records SET granted = ? WHERE donor = ? AND sequence = ?')
  for (const { donor, sequence, first_grant, last_grant } of records)
    update.run(packed(covered.all(donor, first_grant, last_grant).map(grantOf)), donor, sequence)

  const unsealed = db
    .prepare<[], GrantColumns>(
      'SELECT * FROM grants WHERE id > (SELECT sealed_through FROM ledger) ORDER BY id',
    )
    .safeIntegers()
    .all()
  const next = db.prepare<[], number>(
    'SELECT 1 + max(sealed_through, (SELECT ifnull(max(id), 0) FROM grants)) FROM ledger',
  )
  const grants = unsealed.map((row) => ({
    ...grantOf(row),
    grant: Number(row.id),
    donorKey: keyOf(row, ids),
  }))
  db.prepare('INSERT INTO unsealed VALUES (1, ?)').run(packUnsealed(next.pluck().get() ?? 1, grants, ids))
}

function grantOf(row: GrantColumns): { readonly unit: UnitId; readonly fuel: bigint } {
  return { unit: { batch: Number(row.batch), index: Number(row.idx) }, fuel: row.fuel }
}

function keyOf({ donor }: GrantColumns, ids: DonorIds): DonorKey {
  return ids.key(Number(donor))
}
