/** Version 3: ledger records may take back, so totals go down. */
export const revokingRecords = `
CREATE TABLE grants_2 (
  project BLOB NOT NULL CHECK (length(project) = 32),
  sequence INTEGER NOT NULL CHECK (sequence >= 0),
  epoch INTEGER NOT NULL CHECK (epoch >= 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  at INTEGER NOT NULL,
  units INTEGER NOT NULL CHECK (units > 0),
  fuel INTEGER NOT NULL CHECK (fuel >= 0),
  cumulative_fuel INTEGER NOT NULL CHECK (cumulative_fuel >= 0),
  cumulative_units INTEGER NOT NULL CHECK (cumulative_units >= 0),
  units_root BLOB NOT NULL CHECK (length(units_root) = 32),
  revokes INTEGER NOT NULL CHECK (revokes IN (0, 1)),
  PRIMARY KEY (project, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO grants_2 SELECT *, 0 FROM grants;

CREATE TABLE granted_units_2 (
  project BLOB NOT NULL,
  batch INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (project, batch, idx),
  FOREIGN KEY (project, sequence) REFERENCES grants_2
) STRICT, WITHOUT ROWID;
INSERT INTO granted_units_2 SELECT * FROM granted_units;

DROP TABLE granted_units;
DROP TABLE grants;
ALTER TABLE grants_2 RENAME TO grants;
ALTER TABLE granted_units_2 RENAME TO granted_units;
`
