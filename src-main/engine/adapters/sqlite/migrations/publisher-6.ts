/** Version 6: units at the end of a batch that are kept from live leasing: see domain/reserve.ts. */
export const reserves = `
ALTER TABLE batches ADD COLUMN reserve INTEGER NOT NULL DEFAULT 0 CHECK (reserve >= 0);
`
