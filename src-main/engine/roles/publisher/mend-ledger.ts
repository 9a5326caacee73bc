import type { PublisherComponents } from './components.ts'

/**
 * A ledger that can never be written again, because two stories of it were signed or its blocks contradict the store, is
 * closed, and the next one takes its place: it repeats every record in its place under a new key, then goes on, so that
 * each donor's sequence and total do. Answers whether that was done. Killed half-way, the next opening goes on with it.
 */
export async function mendLedger({
  store,
  cores,
  log,
}: Pick<PublisherComponents, 'store' | 'cores' | 'log'>): Promise<boolean> {
  const why = cores.ledgerTrouble
  if (why === undefined) return false
  const closed = cores.epoch
  // The store may be ahead: then an earlier attempt was cut off.
  const epoch = store.ledgerEpoch() > closed ? store.ledgerEpoch() : store.nextLedger()
  log('error', 'ledger-closed', { epoch: closed, why, next: epoch })
  await cores.openLedger(epoch)
  await cores.appendProject([{ type: 'core', role: 'ledger', epoch, key: cores.ledgerKey }])
  return true
}
