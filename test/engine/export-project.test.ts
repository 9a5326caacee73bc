import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { unitText, type DonorKey } from '../../src-main/domain/ids.ts'
import { openPublisherStore } from '../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { openPublisher } from '../../src-main/engine/create-publisher.ts'
import { makePrivateDir, publisherDir, publisherPaths } from '../../src-main/engine/data-folder.ts'
import { acquireEngineLock } from '../../src-main/engine/engine-lock.ts'
import { exportProject } from '../../src-main/engine/export-project.ts'
import { importProject, type ImportedProject } from '../../src-main/engine/import-project.ts'
import { checkLedger } from '../support/power-loss/check-ledger.ts'
import { diskAt } from '../support/power-loss/disk.ts'
import { donorKeys, live, SEED, type Incarnation } from '../support/power-loss/incarnation.ts'
import { tempDir } from '../support/temp-dir.ts'

const PROJECT = 'power'
const [A, B] = donorKeys as unknown as readonly [DonorKey, DonorKey]

let oldHome: string
let newHome: string
let file: string
let acknowledged: Set<string>

async function open(homeDir: string): Promise<Incarnation> {
  const now = await live(diskAt(publisherDir(homeDir, PROJECT)))
  onTestFinished(() => now.close().catch(() => undefined))
  return now
}
async function work(now: Incarnation, donorKey: DonorKey, count: number): Promise<void> {
  for (const unit of await now.work(donorKey, count)) acknowledged.add(`${unitText(unit)} ${donorKey}`)
}
const move = (): Promise<void> => exportProject({ homeDir: oldHome, folder: PROJECT, file })
const arrive = (newest: boolean): Promise<ImportedProject> =>
  importProject({ homeDir: newHome, file, newest })
const openOld = (): Promise<unknown> =>
  openPublisher({ homeDir: oldHome, folder: PROJECT, rewriterVersion: 1 })

beforeEach(async () => {
  oldHome = tempDir()
  newHome = tempDir()
  file = join(tempDir(), 'power.project')
  acknowledged = new Set()
  const dir = publisherDir(oldHome, PROJECT)
  makePrivateDir(dir)
  writeFileSync(publisherPaths(dir).keyPath, SEED)
  const first = await open(oldHome)
  await work(first, A, 3)
  await first.seal()
  // Granted, and not on the ledger yet.
  await work(first, B, 3)
  await first.close()
})

describe('a project that was exported', () => {
  it('goes on where it is imported, in the same ledger, with everything acknowledged', async () => {
    await move()
    expect(await arrive(true)).toMatchObject({ name: 'Power', dir: publisherDir(newHome, PROJECT) })
    const now = await open(newHome)
    expect(now.publisher.status.waiting).toBeUndefined()
    await work(now, A, 2)
    await now.seal()
    await checkLedger(now, acknowledged)
    expect(now.cores.epoch).toBe(0)
    await now.addBatch(5)
  })

  it('goes on at once with --newest, though it waited after an import before', async () => {
    await move()
    await arrive(false)
    await exportProject({ homeDir: newHome, folder: PROJECT, file: `${file}.2` })
    newHome = tempDir()
    await importProject({ homeDir: newHome, file: `${file}.2`, newest: true })
    expect((await open(newHome)).publisher.status.waiting).toBeUndefined()
  })

  it('waits for a donor that it knows, unless it is imported nowhere else', async () => {
    await move()
    await arrive(false)
    const now = await open(newHome)
    expect(now.publisher.status.waiting).toMatch(/imported.+until a donor that it knows/)
    await expect(now.addBatch(5)).rejects.toMatchObject({ code: 'store-behind' })
    // It has not even fetched what it was granted before; nobody may have.
    now.ask(A, 0)
    await expect.poll(() => now.publisher.status.waiting).toBeUndefined()
    expect(now.cores.epoch).toBe(1)
    await now.seal()
    await checkLedger(now, acknowledged)
  })

  it('that was imported twice writes nothing once a donor shows what the other one granted', async () => {
    await move()
    await arrive(false)
    const now = await open(newHome)
    now.ask(A, 5)
    expect(now.publisher.status.waiting).toMatch(/more than the file .+ imported from/)
    now.ask(A, 0)
    await now.seal()
    expect(now.publisher.status.waiting).toMatch(/more than the file .+ imported from/)
  })

  it('is never opened in its old place again, and says where it went', async () => {
    await move()
    for (let i = 0; i < 2; i++)
      await expect(openOld()).rejects.toMatchObject({
        code: 'project-moved',
        message: expect.stringContaining(file) as string,
      })
    expect(existsSync(publisherPaths(publisherDir(oldHome, PROJECT)).lockPath)).toBe(false)
  })

  it('stays closed there, whatever has become of the note', async () => {
    await move()
    writeFileSync(publisherPaths(publisherDir(oldHome, PROJECT)).tombstonePath, 'null')
    await expect(openOld()).rejects.toMatchObject({ code: 'project-moved' })
  })

  it('is one file, for its owner alone, that takes no other’s place', async () => {
    await move()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['power.project'])
    await expect(move()).rejects.toMatchObject({ code: 'already-exists' })
  })

  it('leaves nothing beside it, not even what an export that was killed had left', async () => {
    const unfinished = `${file}.${PROJECT}.unfinished`
    for (const ending of ['', '-wal', '-shm', '-journal']) writeFileSync(unfinished + ending, SEED)
    await move()
    expect(readdirSync(join(file, '..'))).toEqual(['power.project'])
    await arrive(true)
  })

  it('is exported again when the file was lost before it was imported', async () => {
    await move()
    rmSync(file)
    await move()
    await arrive(true)
    const now = await open(newHome)
    await now.seal()
    await checkLedger(now, acknowledged)
    await expect(openOld()).rejects.toMatchObject({ code: 'project-moved' })
  })

  it('leaves no key in the imported database', async () => {
    await move()
    await arrive(true)
    const now = await open(newHome)
    expect(now.store.setting('exported-key')).toBe('')
    await expect(arrive(true)).rejects.toMatchObject({ code: 'already-exists' })
  })
})

describe('an export that cannot be', () => {
  it('changes nothing while the project is served', async () => {
    const lock = acquireEngineLock(publisherPaths(publisherDir(oldHome, PROJECT)).lockPath)
    onTestFinished(() => {
      lock.release()
    })
    await expect(move()).rejects.toMatchObject({ code: 'data-folder-in-use' })
    expect(existsSync(file)).toBe(false)
    expect(existsSync(publisherPaths(publisherDir(oldHome, PROJECT)).tombstonePath)).toBe(false)
  })

  it('leaves the project as it is where the file cannot be written', async () => {
    file = join(tempDir(), 'no', 'such', 'folder')
    await expect(move()).rejects.toMatchObject({ code: 'file-unreadable' })
    const again = await open(oldHome)
    await work(again, A, 1)
  })
})

describe('an import', () => {
  it.each([
    ['text', 'hello', 'bad-argument'],
    ['nothing', undefined, 'file-not-found'],
  ])('of %s is refused and leaves nothing behind', async (_what, content, code) => {
    if (content !== undefined) writeFileSync(file, content)
    await expect(arrive(true)).rejects.toMatchObject({ code })
    expect(readdirSync(join(newHome, 'publisher'))).toEqual([])
  })

  it.each([
    ['exported-folder', '../../elsewhere'],
    ['exported-key', 'no key'],
  ])('of a file whose %s was changed is refused', async (name, value) => {
    await move()
    const store = openPublisherStore(file)
    store.setSetting(name, value)
    store.close()
    await expect(arrive(true)).rejects.toMatchObject({ code: 'bad-argument' })
    expect(readdirSync(join(newHome, 'publisher'))).toEqual([])
  })

  it('of a database that was not exported is refused', async () => {
    file = publisherPaths(publisherDir(oldHome, PROJECT)).databasePath
    await expect(arrive(true)).rejects.toMatchObject({ code: 'bad-argument' })
    expect(readdirSync(join(newHome, 'publisher'))).toEqual([])
  })
})
