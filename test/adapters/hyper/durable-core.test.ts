import { cpSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type Hypercore from 'hypercore'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openCoreStore } from '../../../src-main/engine/adapters/hyper/core-store.ts'
import { openDurableCore, type DurableCore } from '../../../src-main/engine/adapters/hyper/durable-core.ts'
import { manifestOf, publisherKeyPair } from '../../../src-main/engine/adapters/hyper/keys.ts'
import type { CoreJournal } from '../../../src-main/engine/ports.ts'
import { memoryJournal } from '../../support/memory-journal.ts'
import { tempDir } from '../../support/temp-dir.ts'

const keys = publisherKeyPair(new Uint8Array(32).fill(7))
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Opened {
  readonly durable: DurableCore
  readonly core: Hypercore
  close(): Promise<void>
}

async function open(dir: string, journal: CoreJournal): Promise<Opened> {
  const store = await openCoreStore(dir)
  const core = store.get({ keyPair: keys, manifest: manifestOf(keys.publicKey) })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= store.close())
  onTestFinished(close)
  try {
    return { durable: await openDurableCore({ store, core, journal, name: 'ledger' }), core, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function texts(core: Hypercore): Promise<string[]> {
  const found: string[] = []
  for (let i = 0; i < core.length; i++) found.push(new TextDecoder().decode(await core.get(i)))
  return found
}

/** Appends a, b, c and returns a copy of the folder as it was after `a` alone: what a power loss may leave. */
async function lostTail(journal: CoreJournal): Promise<{ readonly lost: string; readonly full: string }> {
  const full = join(tempDir(), 'cores')
  const first = await open(full, journal)
  journal.record('ledger', [bytes('a')])
  await first.durable.flush()
  await first.close()
  const lost = copyOf(full)
  const second = await open(full, journal)
  journal.record('ledger', [bytes('b'), bytes('c')])
  await second.durable.flush()
  await second.close()
  return { lost, full }
}

describe('durable core', () => {
  it('appends what the journal holds, in order, once', async () => {
    const journal = memoryJournal()
    const { durable, core } = await open(join(tempDir(), 'cores'), journal)
    journal.record('ledger', [bytes('a'), bytes('b')])
    await Promise.all([durable.flush(), durable.flush()])
    journal.record('ledger', [bytes('c')])
    await durable.flush()
    expect(await texts(core)).toEqual(['a', 'b', 'c'])
  })

  it('restores a lost tail byte for byte, so that no peer ever sees a fork', async () => {
    const journal = memoryJournal()
    const { lost, full } = await lostTail(journal)
    const restored = await open(copyOf(lost), journal)
    const whole = await open(copyOf(full), journal)
    expect(await texts(restored.core)).toEqual(['a', 'b', 'c'])
    expect(restored.core.key).toEqual(whole.core.key)

    const one = restored.core.replicate(true)
    const other = whole.core.replicate(false)
    const conflicts: unknown[] = []
    restored.core.on('conflict', () => conflicts.push('restored'))
    whole.core.on('conflict', () => conflicts.push('whole'))
    one.pipe(other).pipe(one)
    journal.record('ledger', [bytes('d')])
    const arrived = new Promise<void>((resolve) => whole.core.once('append', resolve))
    await restored.durable.flush()
    await arrived
    expect(await texts(whole.core)).toEqual(['a', 'b', 'c', 'd'])
    expect(conflicts).toEqual([])
    one.destroy()
    other.destroy()
  })

  it('refuses a journal that is shorter than the core', async () => {
    const { full } = await lostTail(memoryJournal())
    const old = memoryJournal()
    old.record('ledger', [bytes('a'), bytes('b')])
    await expect(open(full, old)).rejects.toMatchObject({ code: 'store-behind' })
  })

  it('refuses to open when blocks are in neither of the two', async () => {
    const journal = memoryJournal()
    const { lost } = await lostTail(journal)
    journal.discardBelow('ledger', 2)
    await expect(open(lost, journal)).rejects.toMatchObject({ code: 'store-behind' })
  })

  it('refuses a core whose blocks differ from the journal', async () => {
    const { full } = await lostTail(memoryJournal())
    const other = memoryJournal()
    other.record('ledger', [bytes('a'), bytes('X'), bytes('c')])
    await expect(open(full, other)).rejects.toMatchObject({ code: 'store-forked' })
  })

  it('forgets rows only after a storage barrier', async () => {
    const journal = memoryJournal()
    const { durable } = await open(join(tempDir(), 'cores'), journal)
    journal.record('ledger', [bytes('a'), bytes('b')])
    await durable.flush()
    expect(journal.firstKept('ledger')).toBe(0)
    await durable.settle()
    expect(journal.firstKept('ledger')).toBe(2)
  })

  it('settles blocks so that they outlive every byte that was not flushed', async () => {
    const journal = memoryJournal()
    const dir = join(tempDir(), 'cores')
    const { durable } = await open(dir, journal)
    journal.record('ledger', [bytes('a'), bytes('b')])
    await durable.flush()
    await durable.settle()
    journal.record('ledger', [bytes('c')])
    await durable.flush()
    const cut = copyOf(dir)
    for (const name of readdirSync(join(cut, 'db')))
      if (name.endsWith('.log')) truncateSync(join(cut, 'db', name), 0)
    const { core } = await open(cut, journal)
    expect(await texts(core)).toEqual(['a', 'b', 'c'])
  })

  it('does not write when a peer holds more blocks of the same core', async () => {
    const journal = memoryJournal()
    const { lost, full } = await lostTail(journal)
    const ahead = await open(full, journal)
    const oldJournal = memoryJournal()
    oldJournal.record('ledger', [bytes('a')])
    const old = await open(lost, oldJournal)
    const one = old.core.replicate(true)
    const other = ahead.core.replicate(false)
    one.pipe(other).pipe(one)
    await expect.poll(() => old.core.peers[0]?.remoteLength).toBe(3)
    oldJournal.record('ledger', [bytes('different')])
    await expect(old.durable.flush()).rejects.toMatchObject({ code: 'store-behind' })
    expect(await texts(ahead.core)).toEqual(['a', 'b', 'c'])
    one.destroy()
    other.destroy()
  })

  it('refuses a store that was copied as it is', async () => {
    const dir = join(tempDir(), 'cores')
    const first = await open(dir, memoryJournal())
    await first.close()
    const copy = join(tempDir(), 'cores')
    cpSync(dir, copy, { recursive: true })
    await expect(openCoreStore(copy)).rejects.toMatchObject({ code: 'store-behind' })
  })

  it('names the folder when another opener has the store', async () => {
    const dir = join(tempDir(), 'cores')
    await open(dir, memoryJournal())
    await expect(openCoreStore(dir)).rejects.toMatchObject({ code: 'data-folder-in-use' })
  })
})

function copyOf(dir: string): string {
  const copy = join(tempDir(), 'cores')
  cpSync(dir, copy, { recursive: true })
  // Says on which device and inode the store was made; the store refuses to open elsewhere.
  rmSync(join(copy, 'CORESTORE'), { force: true })
  return copy
}
