/**
 * Version 4: trust in donors: what is accepted on their word, who disputes what, revoked grants, bans. A unit's image
 * says on whose word it rests and who disputes it; from now on `units.state` 1 means any unit that has an answer.
 */
export const trustTables = `
-- Batches without a row give every unit its quorum.
CREATE TABLE batch_trust (
  batch INTEGER PRIMARY KEY REFERENCES batches,
  max_error REAL NOT NULL CHECK (max_error > 0),
  proven_per_advance INTEGER NOT NULL CHECK (proven_per_advance > 0)
) STRICT;

-- Units whose answers the publisher knew from the start.
CREATE TABLE known_answers (
  batch INTEGER NOT NULL REFERENCES batches,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  PRIMARY KEY (batch, idx)
) STRICT, WITHOUT ROWID;

ALTER TABLE batches ADD COLUMN trusted INTEGER NOT NULL DEFAULT 0 CHECK (trusted >= 0);
ALTER TABLE batches ADD COLUMN released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0);

-- Units that a publisher may retry.
CREATE INDEX units_ended ON units (batch, state, idx) WHERE state >= 2;

-- As of the last fold. Columns are those of DonorTrust; opened_at: when the open window began; in_doubt: the donor has
-- windows from before its last error.
CREATE TABLE trust (
  donor INTEGER PRIMARY KEY REFERENCES donors,
  proven INTEGER NOT NULL CHECK (proven >= 0),
  window INTEGER NOT NULL CHECK (window >= 0),
  since INTEGER NOT NULL CHECK (since BETWEEN 0 AND window),
  held INTEGER NOT NULL CHECK (held >= 0),
  unsettled INTEGER NOT NULL CHECK (unsettled >= 0),
  disputes INTEGER NOT NULL CHECK (disputes >= 0),
  opened_at INTEGER NOT NULL,
  in_doubt INTEGER NOT NULL CHECK (in_doubt IN (0, 1))
) STRICT;
CREATE INDEX trust_moving ON trust (donor) WHERE held > 0 OR in_doubt = 1;

-- As of the last fold. Units that rest on the word of one donor, by its windows. units: see windows.ts.
CREATE TABLE trust_windows (
  donor INTEGER NOT NULL REFERENCES donors,
  window INTEGER NOT NULL CHECK (window >= 0),
  units BLOB NOT NULL,
  PRIMARY KEY (donor, window)
) STRICT;

CREATE TABLE revocations (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  donor INTEGER NOT NULL REFERENCES donors,
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  UNIQUE (batch, idx, donor)
) STRICT;

-- Beside ledger_records, with the same sequences: a record covers this donor's revocations from first to last.
CREATE TABLE revocation_records (
  donor INTEGER NOT NULL REFERENCES donors,
  sequence INTEGER NOT NULL CHECK (sequence > 0),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  at INTEGER NOT NULL,
  units INTEGER NOT NULL CHECK (units > 0),
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  cumulative_fuel INTEGER NOT NULL CHECK (cumulative_fuel >= 0),
  units_root BLOB NOT NULL CHECK (length(units_root) = 32),
  first INTEGER NOT NULL REFERENCES revocations,
  last INTEGER NOT NULL REFERENCES revocations CHECK (last >= first),
  PRIMARY KEY (donor, sequence),
  UNIQUE (epoch, idx)
) STRICT;
-- Of all these records; the other totals are those of records that grant.
ALTER TABLE ledger ADD COLUMN revoking_records INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN revoked_fuel TEXT NOT NULL DEFAULT '0';
CREATE INDEX revocation_records_last ON revocation_records (last);

CREATE TABLE bans (donor INTEGER PRIMARY KEY REFERENCES donors, at INTEGER NOT NULL) STRICT;
`
