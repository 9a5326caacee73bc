/** What the journal calls the ledger of an epoch. Epochs count from 0; databases of the first release know `ledger`. */
export function ledgerCoreName(epoch: number): string {
  return epoch === 0 ? 'ledger' : `ledger-${String(epoch)}`
}

/** The epoch of a ledger by its name; undefined for another core. */
export function ledgerEpoch(coreName: string): number | undefined {
  if (coreName === 'ledger') return 0
  const digits = /^ledger-([1-9]\d{0,8})$/.exec(coreName)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
