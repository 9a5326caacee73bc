import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import { PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { CoreJournal } from '../../ports.ts'
import { storageBarrier } from './core-store.ts'

/**
 * A writable core that never forks. Invariants:
 * - a block is in the journal, on disk, before it is appended;
 * - the core is a prefix of the journal: `core.length <= journal.length`, and blocks that both hold are equal;
 * - a journal row goes only after a storage barrier behind its block.
 * Power loss may then take the core's tail; opening puts it back byte for byte. Where the journal can make old rows
 * again, the whole core may be lost.
 */
export interface DurableCore {
  readonly core: Hypercore
  /**
   * Appends what the journal holds beyond the core's end; calls run one after the other. Throws `store-behind` when
   * the core is or may be longer elsewhere than here: then this store is an old copy and must not write.
   */
  flush(): Promise<void>
  /** Throws `store-behind` as {@link flush} does, and appends nothing. */
  check(): Promise<void>
  /** Makes the core durable by itself and lets the journal forget. */
  settle(): Promise<void>
  /** Settles and closes the session. */
  close(): Promise<void>
}

export interface DurableCoreInit {
  readonly store: Corestore
  readonly core: Hypercore
  readonly journal: CoreJournal
  /** The core's name in the journal. */
  readonly name: string
  /** Rows are kept for ever. */
  readonly keepRows?: boolean
}

/** Restores the tail. Throws `store-behind` or `store-forked` when core and journal cannot belong together. */
export async function openDurableCore(init: DurableCoreInit): Promise<DurableCore> {
  const { store, core, journal, name, keepRows = false } = init
  await core.ready()
  await checkOverlap(init)

  const liars = new WeakSet()
  let length = core.length
  /** Blocks below this survive a power loss; at opening nothing is known of that. */
  let settled = Math.min(journal.firstKept(name), length)
  let queue: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = queue.then(work)
    queue = done.catch(() => undefined)
    return done
  }

  async function append(): Promise<void> {
    if (journal.length(name) === length) return
    await refuseIfBehind()
    while (length < journal.length(name)) {
      const rows = journal.from(name, length, LIMITS.journalBlocks)
      if (rows[0]?.index !== length) throw behind(name, 'blocks are in neither the core nor the journal')
      await core.append(rows.map((row) => row.block))
      length += rows.length
      if (length - settled >= LIMITS.journalBlocks) await settle()
    }
  }

  /** Somebody who holds more blocks than we do, signed by our key, got them from us before this store was copied. */
  async function refuseIfBehind(): Promise<void> {
    const ahead = core.peers.filter((peer) => peer.remoteLength > core.length && !liars.has(peer))
    if (ahead.length > 0) {
      await within(LIMITS.proofMs, core.update({ force: true, wait: true }))
      for (const peer of ahead) liars.add(peer)
    }
    if (core.length !== length) throw behind(name, 'a peer holds blocks that this store does not know')
  }

  async function settle(): Promise<void> {
    const end = length
    await storageBarrier(store)
    settled = end
    if (!keepRows) journal.discardBelow(name, end)
  }

  await inTurn(append)
  return {
    core,
    flush: () => inTurn(append),
    check: () => inTurn(refuseIfBehind),
    settle: () => inTurn(settle),
    async close() {
      await inTurn(settle)
      await core.close()
    },
  }
}

async function checkOverlap({ core, journal, name }: DurableCoreInit): Promise<void> {
  if (core.length > journal.length(name)) throw behind(name, 'the core is longer than the journal')
  const from = Math.max(journal.firstKept(name), core.length - LIMITS.journalBlocks)
  for (const { index, block } of journal.from(name, from, LIMITS.journalBlocks)) {
    if (index >= core.length) break
    const stored = await core.get(index, { wait: false })
    if (stored && Buffer.compare(stored, block) !== 0)
      throw new PowerswarmError(
        'store-forked',
        `Block ${String(index)} of the ${name} core differs from the journal: writing would fork it`,
      )
  }
}

function behind(name: string, why: string): PowerswarmError {
  return new PowerswarmError(
    'store-behind',
    `The ${name} core must not be written from here: ${why}. Restore the newest backup of this project`,
  )
}

/** Resolves when `work` is done or the time is up, whatever comes first; a failure of `work` counts as done. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  // An update that is cancelled by closing proves nothing, like one that comes too late.
  await Promise.race([work.catch(() => undefined), late])
  clearTimeout(timer)
}
