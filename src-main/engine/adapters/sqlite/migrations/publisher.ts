import type { Migrations } from '../open.ts'
import { changesInALog } from './publisher-3.ts'
import { trustTables } from './publisher-4.ts'
import { inputsAndPlans } from './publisher-5.ts'
import { reserves } from './publisher-6.ts'

/** Version 1: everything but what later versions add. Units are keyed (batch, idx) throughout. */
const initial = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Write-ahead rows of writable cores; the length stays when rows are discarded.
CREATE TABLE journal_cores (core TEXT PRIMARY KEY, length INTEGER NOT NULL CHECK (length >= 0)) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  core TEXT NOT NULL,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  block BLOB NOT NULL,
  PRIMARY KEY (core, idx)
) STRICT;

CREATE TABLE apps (
  app INTEGER PRIMARY KEY CHECK (app >= 0),
  name TEXT NOT NULL,
  module_hash BLOB NOT NULL CHECK (length(module_hash) = 32),
  module_core BLOB NOT NULL CHECK (length(module_core) = 32),
  rewriter_version INTEGER NOT NULL,
  rewritten_hash BLOB NOT NULL CHECK (length(rewritten_hash) = 32),
  memory_limit_bytes INTEGER NOT NULL CHECK (memory_limit_bytes > 0),
  module_bytes INTEGER NOT NULL CHECK (module_bytes = length(original)),
  original BLOB NOT NULL
) STRICT;

-- Counters follow the states of the units; what none of them counts was never handed out.
CREATE TABLE batches (
  batch INTEGER PRIMARY KEY CHECK (batch >= 0),
  app INTEGER NOT NULL REFERENCES apps,
  first INTEGER NOT NULL CHECK (first >= 0),
  count INTEGER NOT NULL CHECK (count > 0),
  args TEXT NOT NULL CHECK (json_valid(args)),
  quorum INTEGER NOT NULL CHECK (quorum BETWEEN 1 AND 8),
  max_fuel INTEGER NOT NULL CHECK (max_fuel > 0),
  max_output_bytes INTEGER NOT NULL CHECK (max_output_bytes >= 0),
  fresh INTEGER NOT NULL DEFAULT 0 CHECK (fresh BETWEEN 0 AND count),
  leased INTEGER NOT NULL DEFAULT 0 CHECK (leased >= 0),
  pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
  verified INTEGER NOT NULL DEFAULT 0 CHECK (verified >= 0),
  inconclusive INTEGER NOT NULL DEFAULT 0 CHECK (inconclusive >= 0),
  suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended >= 0)
) STRICT;

CREATE TABLE donors (
  donor INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
  leased INTEGER NOT NULL DEFAULT 0 CHECK (leased >= 0),
  verified INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0
) STRICT;

-- state: 0 leased, 1 verified, 2 inconclusive, 3 suspended.
CREATE TABLE units (
  batch INTEGER NOT NULL REFERENCES batches,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
  live INTEGER NOT NULL CHECK (live >= 0),
  votes INTEGER NOT NULL CHECK (votes >= 0),
  failures INTEGER NOT NULL CHECK (failures >= 0),
  wanted INTEGER NOT NULL CHECK (wanted >= 0),
  lottery INTEGER NOT NULL,
  digest BLOB CHECK ((state = 1) = (digest IS NOT NULL)),
  PRIMARY KEY (batch, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX units_wanting ON units (lottery) WHERE state = 0 AND wanted > live;
CREATE INDEX units_voted ON units (lottery) WHERE state = 0 AND wanted > live AND votes > 0;

-- standing: 0 leased, 1 lapsed, 2 noted, 3 pending, 4 verified, 5 rejected, 6 uncounted.
CREATE TABLE copies (
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  donor INTEGER NOT NULL REFERENCES donors,
  standing INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 6),
  expires_at INTEGER NOT NULL,
  answered_at INTEGER CHECK ((standing <= 1) = (answered_at IS NULL)),
  digest BLOB CHECK (digest IS NOT NULL OR standing NOT IN (3, 4)),
  device BLOB CHECK (device IS NULL OR (standing = 0 AND length(device) = 32)),
  PRIMARY KEY (batch, idx, donor),
  FOREIGN KEY (batch, idx) REFERENCES units
) STRICT, WITHOUT ROWID;
CREATE INDEX copies_leased ON copies (expires_at) WHERE standing = 0;
CREATE INDEX copies_leased_to ON copies (donor, expires_at) WHERE standing = 0;

-- outcome: place in COUNTED_OUTCOMES.
CREATE TABLE outputs (
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  outcome INTEGER NOT NULL CHECK (outcome >= 0),
  exit_code INTEGER NOT NULL,
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  stdout BLOB NOT NULL,
  PRIMARY KEY (batch, idx, digest),
  FOREIGN KEY (batch, idx) REFERENCES units
) STRICT;

CREATE TABLE verified (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;

-- Copies that ended as rejected or uncounted, in the order in which they did.
CREATE TABLE without_credit (
  id INTEGER PRIMARY KEY,
  donor INTEGER NOT NULL REFERENCES donors,
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  standing INTEGER NOT NULL CHECK (standing IN (5, 6)),
  UNIQUE (batch, idx, donor)
) STRICT;
CREATE INDEX without_credit_by_donor ON without_credit (donor, id);

-- A grant exists once per (unit, donor), and only for a copy that the donor held.
CREATE TABLE grants (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  donor INTEGER NOT NULL,
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  UNIQUE (batch, idx, donor),
  FOREIGN KEY (batch, idx, donor) REFERENCES copies
) STRICT;
CREATE INDEX grants_by_donor ON grants (donor, id);

-- A record covers this donor's grants from first_grant to last_grant.
CREATE TABLE ledger_records (
  donor INTEGER NOT NULL REFERENCES donors,
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  at INTEGER NOT NULL,
  units INTEGER NOT NULL CHECK (units > 0),
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  cumulative_fuel INTEGER NOT NULL CHECK (cumulative_fuel >= fuel),
  units_root BLOB NOT NULL CHECK (length(units_root) = 32),
  first_grant INTEGER NOT NULL REFERENCES grants,
  last_grant INTEGER NOT NULL REFERENCES grants CHECK (last_grant >= first_grant),
  PRIMARY KEY (donor, sequence),
  UNIQUE (epoch, idx)
) STRICT;

-- One row. Grants up to sealed_through are in ledger records. fuel is decimal: a project may outgrow 63 bits.
CREATE TABLE ledger (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  records INTEGER NOT NULL,
  donors INTEGER NOT NULL,
  grants INTEGER NOT NULL,
  fuel TEXT NOT NULL,
  sealed_through INTEGER NOT NULL
) STRICT;
INSERT INTO ledger VALUES (1, 0, 0, 0, '0', 0);
`

/** Version 2: apps whose units can be saved half-way. */
const checkpoints = `
ALTER TABLE apps ADD COLUMN checkpoint INTEGER NOT NULL DEFAULT 0 CHECK (checkpoint IN (0, 1));
`

export const publisherMigrations: Migrations = [
  initial,
  checkpoints,
  changesInALog,
  trustTables,
  inputsAndPlans,
  reserves,
]
