import { existsSync, renameSync } from 'node:fs'
import Corestore from 'corestore'
import { PowerswarmError } from '../../../domain/errors.ts'

/**
 * Opens the store of cores in this folder, which one process may do at a time.
 * Throws `data-folder-in-use` when another one (or this one) has it open, `store-behind` for
 * a copy of a store, `store-damaged`.
 */
export async function openCoreStore(dir: string): Promise<Corestore> {
  const store = new Corestore(dir, { wait: false })
  try {
    await store.ready()
    return store
  } catch (error) {
    // Opening failed half-way; what is open must not stay locked, and its complaint adds nothing.
    await store.close().catch(() => undefined)
    if (/could not be locked|lock hold by current process/i.test(String(error)))
      throw new PowerswarmError('data-folder-in-use', `The folder ${dir} is in use by a running engine`, {
        cause: error,
      })
    if (/was moved unsafely/.test(String(error)))
      throw new PowerswarmError(
        'store-behind',
        `The folder ${dir} was copied from elsewhere: two writers of one project would fork it`,
        { cause: error },
      )
    throw damaged(dir, error) ?? error
  }
}

/** What RocksDB says of files that are missing or hold something else; a full or failing disk is none of it. */
const DAMAGE =
  /corrupt|checksum|magic number|size mismatch|decoding|no such file|end with newline|wal_dir contains|entry in MANIFEST/i

/** The error as `store-damaged`, where that is what it says. */
export function damaged(dir: string, error: unknown): PowerswarmError | undefined {
  if (error instanceof PowerswarmError || !DAMAGE.test(String(error))) return undefined
  return new PowerswarmError('store-damaged', `The cores in ${dir} are damaged`, { cause: error })
}

/**
 * Renames a damaged store, so that another one can be made in its place. The lock of a store that failed to open stays
 * with this process, but not with the new folder.
 */
export function setAsideStore(dir: string): string {
  let number = 1
  while (existsSync(`${dir}.damaged-${String(number)}`)) number += 1
  const aside = `${dir}.damaged-${String(number)}`
  renameSync(dir, aside)
  return aside
}

/**
 * Everything appended so far has reached the disk when this resolves: it is written to a table of its own and synced.
 * 5 to 25 ms.
 */
export async function storageBarrier(store: Corestore): Promise<void> {
  await store.storage.db.flush()
}
