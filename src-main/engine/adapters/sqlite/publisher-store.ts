import type { PublisherStore } from '../../ports.ts'
import { translated, translating } from './failure.ts'
import { publisherMigrations } from './migrations/publisher.ts'
import { openDatabase } from './open.ts'
import { catalogue } from './publisher/catalogue.ts'
import { copies } from './publisher/copies.ts'
import { disputes } from './publisher/disputes.ts'
import { donorIds } from './publisher/donor-ids.ts'
import { donorTrusts } from './publisher/donor-trusts.ts'
import { grants } from './publisher/grants.ts'
import { journal } from './publisher/journal.ts'
import { outputs } from './publisher/outputs.ts'
import { tallies } from './publisher/tallies.ts'
import { withRevocations } from './publisher/revocations.ts'
import { trust } from './publisher/trust.ts'
import { units } from './publisher/units.ts'
import { settings } from './settings.ts'
import { transactions } from './transactions.ts'

/**
 * Opens a project's primary data. It is never rebuilt silently: a damaged file is refused with `database-corrupt`
 * and left as it is. Other refusals are those of {@link openDatabase}. The caller holds the folder's lock.
 */
export function openPublisherStore(file: string): PublisherStore {
  const db = openDatabase(file, publisherMigrations)
  const counters = tallies(db)
  const ids = donorIds(db)
  const trusts = donorTrusts(db, ids)
  const tx = transactions(db, {
    flush: () => {
      counters.flush()
      trusts.flush()
    },
    forget: () => {
      counters.forget()
      trusts.forget()
      ids.forget()
    },
  })
  return translated<PublisherStore>(file, {
    ...settings(db),
    ...journal(db, tx),
    ...catalogue(db),
    ...units(db, tx, ids, counters),
    ...copies(db, tx, ids, counters),
    ...outputs(db, tx, ids),
    ...trust(db, tx, ids, trusts),
    ...disputes(db, tx, ids),
    ...withRevocations(db, tx, ids, grants(db, tx, ids)),
    transact: (work) => tx.transact(work),
    close: () => {
      translating(file, () => db.close())
    },
  })
}
