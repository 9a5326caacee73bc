import Corestore from 'corestore'
import { PowerswarmError } from '../../../domain/errors.ts'

/**
 * Opens the store of cores in this folder, which one process may do at a time.
 * Throws `data-folder-in-use` when another one (or this one) has it open, `store-behind` for
 * a copy of a store.
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
    throw error
  }
}

/** Everything appended so far has reached the disk when this resolves. About 5 ms. */
export async function storageBarrier(store: Corestore): Promise<void> {
  await store.storage.rocks.flush()
}
