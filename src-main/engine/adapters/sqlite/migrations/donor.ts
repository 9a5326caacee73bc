import type { Migrations } from '../open.ts'
import { revokingRecords } from './donor-revocations.ts'

/** Version 1: everything. Results, grants and granted units stay when a project is left: they are the history. */
const initial = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
  project BLOB PRIMARY KEY CHECK (length(project) = 32),
  link TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  id INTEGER PRIMARY KEY,
  project BLOB NOT NULL REFERENCES projects ON DELETE CASCADE,
  batch INTEGER NOT NULL CHECK (batch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  expires_at INTEGER NOT NULL,
  UNIQUE (project, batch, idx)
) STRICT;

-- state and outcome: places in the lists of results.ts and domain/outcome.ts.
CREATE TABLE results (
  id INTEGER PRIMARY KEY,
  project BLOB NOT NULL CHECK (length(project) = 32),
  batch INTEGER NOT NULL CHECK (batch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  app_name TEXT NOT NULL,
  args TEXT NOT NULL CHECK (json_valid(args)),
  outcome INTEGER NOT NULL CHECK (outcome >= 0),
  exit_code INTEGER,
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  stdout BLOB NOT NULL,
  stderr BLOB NOT NULL,
  reason TEXT,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
  finished_at INTEGER NOT NULL,
  UNIQUE (project, batch, idx)
) STRICT;
CREATE INDEX results_open ON results (project, state, id) WHERE state <= 2;

-- Ledger records that were fetched and checked.
CREATE TABLE grants (
  project BLOB NOT NULL CHECK (length(project) = 32),
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  at INTEGER NOT NULL,
  units INTEGER NOT NULL CHECK (units > 0),
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  cumulative_fuel INTEGER NOT NULL CHECK (cumulative_fuel >= fuel),
  cumulative_units INTEGER NOT NULL CHECK (cumulative_units >= units),
  units_root BLOB NOT NULL CHECK (length(units_root) = 32),
  PRIMARY KEY (project, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE granted_units (
  project BLOB NOT NULL,
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (project, batch, idx),
  FOREIGN KEY (project, sequence) REFERENCES grants
) STRICT, WITHOUT ROWID;
`

/** Version 2: proof that a publisher signed two stories, one for each core (epoch -1: the project core). */
const evidence = `
CREATE TABLE evidence (
  project BLOB NOT NULL CHECK (length(project) = 32),
  epoch INTEGER NOT NULL CHECK (epoch >= -1),
  file BLOB NOT NULL,
  found_at INTEGER NOT NULL,
  PRIMARY KEY (project, epoch)
) STRICT;
`

/** Version 4: what units left in /out, until the publisher has it. */
const files = `
CREATE TABLE result_files (
  result INTEGER NOT NULL REFERENCES results ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  path TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (result, place)
) STRICT;
`

/** Version 5: units that this donor took from a reserve by itself. */
const selfAssigned = `
ALTER TABLE leases ADD COLUMN self_assigned INTEGER NOT NULL DEFAULT 0 CHECK (self_assigned IN (0, 1));
ALTER TABLE results ADD COLUMN self_assigned INTEGER NOT NULL DEFAULT 0 CHECK (self_assigned IN (0, 1));
`

export const donorMigrations: Migrations = [initial, evidence, revokingRecords, files, selfAssigned]
