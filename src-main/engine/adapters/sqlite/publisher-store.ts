import type { PublisherStore } from '../../ports.ts'
import { translated, translating } from './failure.ts'
import { publisherMigrations } from './migrations/publisher.ts'
import { openDatabase } from './open.ts'
import { accounts } from './publisher/accounts.ts'
import { catalogue } from './publisher/catalogue.ts'
import { copies } from './publisher/copies.ts'
import { donorIds } from './publisher/donor-ids.ts'
import { grants } from './publisher/grants.ts'
import { journal } from './publisher/journal.ts'
import { liveState } from './publisher/live/live-state.ts'
import { outputs } from './publisher/outputs.ts'
import { withRevocations } from './publisher/revocations.ts'
import { trust } from './publisher/trust.ts'
import { units } from './publisher/units.ts'
import { startReplica, type Replica } from './replica/replica.ts'
import { settings } from './settings.ts'
import { transactions } from './transactions.ts'

/**
 * Opens a project's primary data. It is never rebuilt silently: a damaged file is refused with `database-corrupt`
 * and left as it is. Other refusals are those of {@link openDatabase}. The caller holds the folder's lock.
 */
export function openPublisherStore(file: string): PublisherStore {
  const db = openDatabase(file, publisherMigrations)
  const ids = donorIds(db)
  const live = liveState(db, ids)
  const fold = (): void => {
    try {
      live.fold()
    } catch {
      // A full disk, most likely: the next commit says so. Everything is safe in the log, and a later fold tries again.
    }
  }
  const tx = transactions(db, {
    flush: () => {
      live.flush()
    },
    forget: () => {
      live.forget()
      ids.forget()
      forgetBans()
    },
    committed: () => {
      live.committed()
      if (live.isFull) fold()
      replica?.ship()
    },
  })
  const { forgetBans, ...donors } = accounts(db, live, tx, ids)
  let replica: Replica | undefined
  return translated<PublisherStore>(file, {
    ...settings(db),
    ...journal(db, tx),
    ...catalogue(db, live),
    ...units(db, live, tx),
    ...copies(db, live, tx, ids),
    ...outputs(db, live, tx, ids),
    ...trust(db, live, tx),
    ...donors,
    ...withRevocations(db, tx, ids, grants(db, live, tx, ids)),
    transact: (work) => tx.transact(work),
    backup: async (copyFile) => {
      await db.backup(copyFile)
    },
    replicate: (copyFile, onFailure) => {
      replica = startReplica({ db, file, copyFile, onFailure })
    },
    close: () => {
      fold()
      replica?.close()
      translating(file, () => db.close())
    },
  })
}
