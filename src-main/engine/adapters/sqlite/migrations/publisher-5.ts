/**
 * Version 5: batches with inputs, in an order of their own, that can be cancelled; files that units leave.
 */
export const inputsAndPlans = `
ALTER TABLE batches ADD COLUMN inputs_core BLOB CHECK (length(inputs_core) = 32);
ALTER TABLE batches ADD COLUMN inputs_bytes INTEGER CHECK ((inputs_bytes IS NULL) = (inputs_core IS NULL));
ALTER TABLE batches ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN deadline INTEGER;
ALTER TABLE batches ADD COLUMN cancelled_at INTEGER;

CREATE TABLE cancelled_units (
  batch INTEGER NOT NULL REFERENCES batches,
  idx INTEGER NOT NULL CHECK (idx >= 0),
  PRIMARY KEY (batch, idx)
) STRICT, WITHOUT ROWID;

-- Files of an output, by their place in the order of paths.
CREATE TABLE output_files (
  output INTEGER NOT NULL REFERENCES outputs ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  path TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (output, place)
) STRICT;
`
