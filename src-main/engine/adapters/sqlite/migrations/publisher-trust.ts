/** Version 3: trust in donors. What is accepted on trust, who disputes what, revoked grants, bans. */
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

-- Columns are those of DonorTrust; opened_at: when the open window began.
CREATE TABLE trust (
  donor INTEGER PRIMARY KEY REFERENCES donors,
  proven INTEGER NOT NULL CHECK (proven >= 0),
  window INTEGER NOT NULL CHECK (window >= 0),
  since INTEGER NOT NULL CHECK (since BETWEEN 0 AND window),
  held INTEGER NOT NULL CHECK (held >= 0),
  unsettled INTEGER NOT NULL CHECK (unsettled >= 0),
  disputes INTEGER NOT NULL CHECK (disputes >= 0),
  opened_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX trust_held ON trust (opened_at) WHERE held > 0;

-- Results that rest on one donor's word, at most one for each unit.
CREATE TABLE on_trust (
  donor INTEGER NOT NULL REFERENCES donors,
  window INTEGER NOT NULL CHECK (window >= 0),
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  drawn INTEGER NOT NULL CHECK (drawn IN (0, 1)),
  PRIMARY KEY (donor, window, batch, idx)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX on_trust_unit ON on_trust (batch, idx);
-- Donors that have rows from before their last error.
CREATE TABLE in_doubt (donor INTEGER PRIMARY KEY REFERENCES donors) STRICT;

-- donor 0: results differ, and nobody's trust is suspended for it.
CREATE TABLE disputes (
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  donor INTEGER NOT NULL,
  PRIMARY KEY (batch, idx, donor)
) STRICT, WITHOUT ROWID;

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
CREATE INDEX revocation_records_last ON revocation_records (last);

CREATE TABLE bans (donor INTEGER PRIMARY KEY REFERENCES donors, at INTEGER NOT NULL) STRICT;
`
