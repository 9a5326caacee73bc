import { existsSync, renameSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { errorCode } from '../../../domain/errors.ts'
import type { DonorStore, Log } from '../../ports.ts'
import { evidence } from './donor/evidence.ts'
import { grants } from './donor/grants.ts'
import { leases } from './donor/leases.ts'
import { projects } from './donor/projects.ts'
import { results } from './donor/results.ts'
import { translated, translating } from './failure.ts'
import { donorMigrations } from './migrations/donor.ts'
import { openDatabase } from './open.ts'
import { settings } from './settings.ts'
import { transactions } from './transactions.ts'

/**
 * Opens the donor's working state. A damaged file is set aside under a new name, the loss is logged, and an empty
 * one takes its place: credit comes back from the ledgers, results that were not sent and preferences do not.
 * Other refusals are those of {@link openDatabase}. The caller holds the folder's lock.
 */
export function openDonorStore(file: string, { log }: { readonly log: Log }): DonorStore {
  const db = openOrReplace(file, log)
  const tx = transactions(db, { flush: () => undefined, forget: () => undefined })
  const named = settings(db)
  return translated<DonorStore>(file, {
    ...named,
    ...projects(db, tx, named),
    ...leases(db, tx),
    ...results(db, tx),
    ...grants(db, tx),
    ...evidence(db),
    transact: (work) => tx.transact(work),
    close: () => {
      translating(file, () => db.close())
    },
  })
}

function openOrReplace(file: string, log: Log): Database.Database {
  try {
    return openDatabase(file, donorMigrations)
  } catch (error) {
    if (errorCode(error) !== 'database-corrupt') throw error
    const aside = setAside(file)
    log('error', 'donor-database-set-aside', {
      aside,
      lost: 'joined projects, preferences, leases and results that were not sent',
    })
    return openDatabase(file, donorMigrations)
  }
}

/** Renames the database with its log and shared memory, so that none of them is taken for the new one's. */
function setAside(file: string): string {
  let number = 1
  while (existsSync(`${file}.damaged-${number}`)) number += 1
  const aside = `${file}.damaged-${number}`
  for (const ending of ['-wal', '-shm', ''])
    if (existsSync(file + ending)) renameSync(file + ending, aside + ending)
  return aside
}
