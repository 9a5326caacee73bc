import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { createSnapshotStore } from '../../../src-main/engine/adapters/snapshots/snapshot-store.ts'
import type { SavedUnit, SnapshotStore, SnapshotSubject } from '../../../src-main/engine/ports.ts'
import { manualTimers, type ManualTimers } from '../../support/manual-timers.ts'
import { tempDir } from '../../support/temp-dir.ts'

const projectKey = hex32<ProjectKey>('11'.repeat(32))
const otherProject = hex32<ProjectKey>('12'.repeat(32))
const subject: SnapshotSubject = {
  projectKey,
  unit: { batch: 3, index: 17 },
  rewriterVersion: 1,
  rewrittenHash: hex32('44'.repeat(32)),
}
const at = (index: number): SnapshotSubject => ({ ...subject, unit: { batch: 3, index } })
const saved: SavedUnit = {
  bytes: Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 7),
  fuel: 123_456_789_012n,
  fraction: 0.25,
  computedMs: 301_234,
}

interface Opened {
  readonly dir: string
  readonly store: SnapshotStore
  readonly logged: string[]
  readonly timers: ManualTimers
  readonly files: () => string[]
}

function openStore(
  change: { dir?: string; arch?: string; program?: string; totalBytes?: number } = {},
): Opened {
  const { dir = tempDir(), arch = 'x64', program = '0.1.0', totalBytes } = change
  const logged: string[] = []
  const timers = manualTimers()
  const store = createSnapshotStore({
    dir,
    reader: { arch, program },
    clock: { now: () => 1_700_000_000_000 },
    timers,
    log: (_level, event, details) => logged.push(`${event}: ${String(details?.['reason'])}`),
    ...(totalBytes === undefined ? {} : { totalBytes }),
  })
  return { dir, store, logged, timers, files: () => readdirSync(dir).sort() }
}

describe('a snapshot on disk', () => {
  it('is read as it was written, also after a restart, and is for this user alone', async () => {
    const { dir, store, files } = openStore()
    await store.save(subject, saved)
    await store.close()
    const again = openStore({ dir })
    expect(await again.store.load(subject)).toEqual(saved)
    expect(again.logged).toEqual([])
    expect(files()).toEqual([`${projectKey}-3.17.snapshot`])
    expect(statSync(join(dir, files()[0]!)).mode & 0o777).toBe(0o600)
  })

  it('keeps what an app never reported out of it', async () => {
    const { store } = openStore()
    const { fraction: _, ...silent } = saved
    await store.save(subject, silent)
    expect(await store.load(subject)).toEqual(silent)
  })

  it('takes the place of the one before', async () => {
    const { store, files } = openStore()
    await store.save(subject, saved)
    await store.save(subject, { ...saved, fuel: 2n })
    expect((await store.load(subject))?.fuel).toBe(2n)
    expect(files()).toHaveLength(1)
  })

  it('is not there before it was saved, without a word', async () => {
    const { store, logged } = openStore()
    expect(await store.load(subject)).toBeUndefined()
    expect(logged).toEqual([])
  })

  it.each<[string, Parameters<typeof openStore>[0], Partial<SnapshotSubject>, string]>([
    ['another processor', { arch: 'arm64' }, {}, 'x64'],
    ['another version of the program', { program: '0.2.0' }, {}, 'version 0.1.0'],
    ['another module', {}, { rewrittenHash: hex32('45'.repeat(32)) }, 'another module'],
    ['another rewriter', {}, { rewriterVersion: 2 }, 'rewriter version 1'],
  ])('is dropped with one line for %s', async (_, change, asked, words) => {
    const { dir, store } = openStore()
    await store.save(subject, saved)
    const other = openStore({ dir, ...change })
    expect(await other.store.load({ ...subject, ...asked })).toBeUndefined()
    expect(other.logged).toEqual([expect.stringContaining(words)])
    expect(other.files()).toEqual([])
  })

  it('under the name of another unit is not that unit’s', async () => {
    const { dir, store, logged, files } = openStore()
    await store.save(subject, saved)
    writeFileSync(join(dir, `${projectKey}-3.18.snapshot`), readFileSync(join(dir, files()[0]!)))
    expect(await store.load(at(18))).toBeUndefined()
    expect(logged).toEqual([expect.stringContaining('another unit')])
    expect(await store.load(subject)).toEqual(saved)
  })

  it.each(['empty', 'cut', 'longer', 'changed', 'newer'] as const)(
    'is dropped with one line when the file is %s',
    async (how) => {
      const { dir, store, logged, files } = openStore()
      await store.save(subject, saved)
      const path = join(dir, files()[0]!)
      const bytes = readFileSync(path)
      if (how === 'empty') writeFileSync(path, '')
      if (how === 'cut') writeFileSync(path, bytes.subarray(0, -1))
      if (how === 'longer') writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(1)]))
      if (how === 'changed') writeFileSync(path, bytes.fill(bytes[500]! ^ 1, 500, 501))
      if (how === 'newer') writeFileSync(path, bytes.fill(2, 8, 9))
      expect(await store.load(subject)).toBeUndefined()
      expect(logged).toHaveLength(1)
      expect(files()).toEqual([])
    },
  )

  it('is dropped with its unit or its project, and nothing else is', async () => {
    const { store, files } = openStore()
    for (const each of [at(1), at(2), { ...subject, projectKey: otherProject }]) await store.save(each, saved)
    store.drop(projectKey, { batch: 3, index: 1 })
    expect(await store.load(at(1))).toBeUndefined()
    expect(await store.load(at(2))).toBeDefined()
    store.dropProject(projectKey)
    expect(files()).toEqual([`${otherProject}-3.17.snapshot`])
  })

  it('that is dropped while it is being written never appears', async () => {
    const { store, files } = openStore()
    const saves = [at(1), at(2)].map((each) => store.save(each, saved))
    store.drop(projectKey, { batch: 3, index: 1 })
    store.dropProject(projectKey)
    await Promise.all(saves)
    expect(files()).toEqual([])
  })

  it('that is just begun when the store closes is abandoned', async () => {
    const { store, files, timers } = openStore()
    const save = store.save(subject, saved)
    await store.close()
    await save
    expect(files()).toEqual([])
    expect(timers.pending).toBe(0)
  })

  it.each([
    ['is kept', LIMITS.snapshotCloseMs - 1, 1],
    ['is abandoned when the disk takes too long', LIMITS.snapshotCloseMs, 0],
  ])('that is nearly written when the store closes %s', async (_, takesMs, kept) => {
    const { store, files, timers } = openStore()
    const closing: Promise<void>[] = []
    await replaceInFiles('sync', (sync) => {
      closing.push(store.close())
      timers.advance(takesMs)
      return sync()
    })
    await store.save(subject, saved)
    await Promise.all(closing)
    expect(files()).toHaveLength(kept)
    expect([closing.length, timers.pending]).toEqual([1, 0])
  })
})

describe('all snapshots together', () => {
  it('lose the oldest when they grow too large', async () => {
    const noise = randomBytes(10_000)
    const { dir, store, files } = openStore({ totalBytes: 25_000 })
    for (const [index, second] of [2, 1].entries()) {
      await store.save(at(index), { ...saved, bytes: noise })
      utimesSync(join(dir, `${projectKey}-3.${String(index)}.snapshot`), second, second)
    }
    // In the next engine, which knows no other order than the files' own.
    const again = openStore({ dir, totalBytes: 25_000 })
    await again.store.save(at(2), { ...saved, bytes: noise })
    expect(files()).toEqual([`${projectKey}-3.0.snapshot`, `${projectKey}-3.2.snapshot`])
    expect(again.logged).toEqual([expect.stringContaining('too large')])
  })

  it('lose the oldest also when the clock is put back by years, or a file is from the future', async () => {
    const noise = randomBytes(10_000)
    const { dir, store, files } = openStore({ totalBytes: 35_000 })
    const YEAR_2100 = 4_102_444_800
    await store.save(at(0), { ...saved, bytes: noise })
    await store.close()
    const again = openStore({ dir, totalBytes: 35_000 })
    // From before this start on, each later one with an earlier time.
    for (const index of [0, 1, 2]) {
      if (index > 0) await again.store.save(at(index), { ...saved, bytes: noise })
      const time = YEAR_2100 - 1_000_000_000 * index
      utimesSync(join(dir, `${projectKey}-3.${String(index)}.snapshot`), time, time)
    }
    for (const index of [3, 4]) await again.store.save(at(index), { ...saved, bytes: noise })
    expect(files()).toEqual([2, 3, 4].map((index) => `${projectKey}-3.${String(index)}.snapshot`))
  })

  it('that are written at the same time do not grow too large either, and none of them goes for another', async () => {
    const noise = randomBytes(10_000)
    const { store, files } = openStore({ totalBytes: 25_000 })
    await store.save(at(0), { ...saved, bytes: noise })
    const save = (index: number) => store.save(at(index), { ...saved, bytes: noise })
    const results = await Promise.allSettled([save(0), save(1), save(2)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(files()).toHaveLength(2)
    // What was refused has left nothing behind.
    await save(2)
    expect(files()).toHaveLength(2)
  })

  it('do not go for one that would not fit alone', async () => {
    const { store, files } = openStore({ totalBytes: 2_000 })
    await store.save(at(1), { ...saved, bytes: new Uint8Array(10) })
    await expect(store.save(at(2), saved)).rejects.toMatchObject({ code: 'limit-exceeded' })
    expect(files()).toHaveLength(1)
  })

  it('have none that is larger than a slot may send', async () => {
    const { store } = openStore()
    const bytes = new Uint8Array(LIMITS.snapshotBytes + 1)
    await expect(store.save(subject, { ...saved, bytes })).rejects.toMatchObject({ code: 'limit-exceeded' })
  })
})

describe('a start', () => {
  it('drops what is not finished, not leased, foreign, or no snapshot, each with one line', async () => {
    const { dir, store, files } = openStore()
    for (const index of [1, 2, 3, 4]) await store.save(at(index), saved)
    const foreign = openStore({ dir, program: '9' })
    await foreign.store.save(at(5), saved)
    const good = `${projectKey}-3.1.snapshot`
    writeFileSync(join(dir, `${projectKey}-3.3.snapshot`), 'short')
    writeFileSync(join(dir, `${projectKey}-3.4.snapshot`), readFileSync(join(dir, good)))
    writeFileSync(join(dir, `${good}.ab12.new`), 'half of one')
    const again = openStore({ dir })
    again.store.sweep((_key, unit) => unit.index !== 2)
    expect(files()).toEqual([good])
    expect(again.logged).toHaveLength(5)
    expect(again.logged.every((line) => line.startsWith('snapshot-dropped: '))).toBe(true)
  })

  it('goes on without a folder that cannot be read', () => {
    const { store, logged } = openStore({ dir: join(tempDir(), 'none') })
    store.sweep(() => true)
    store.drop(projectKey, subject.unit)
    expect(logged).toEqual([expect.stringContaining('snapshots-unreadable')])
  })
})

/** Lets a method of every open file do something else until the test ends. */
async function replaceInFiles(method: 'sync', work: (original: () => unknown) => unknown): Promise<void> {
  const probe = await open(join(tempDir(), 'probe'), 'wx')
  const files = Object.getPrototypeOf(probe) as Record<typeof method, () => Promise<unknown>>
  const original = files[method]
  const spy = vi.spyOn(files, method).mockImplementation(async function (this: unknown) {
    return work(() => original.call(this))
  })
  onTestFinished(() => {
    spy.mockRestore()
  })
  await probe.close()
}

describe('a file that is being written', () => {
  it('leaves nothing behind on a full disk, and is written when there is room again', async () => {
    const { store, files } = openStore()
    let isFull = true
    await replaceInFiles('sync', (sync) => {
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      return sync()
    })
    await expect(store.save(subject, saved)).rejects.toMatchObject({ code: 'disk-full' })
    expect(files()).toEqual([])
    isFull = false
    await store.save(subject, saved)
    expect(await store.load(subject)).toEqual(saved)
  })

  it('comes to nothing when it is dropped at the last moment', async () => {
    const { store, files } = openStore()
    await replaceInFiles('sync', (sync) => {
      store.drop(projectKey, subject.unit)
      return sync()
    })
    await store.save(subject, saved)
    expect(files()).toEqual([])
  })
})
