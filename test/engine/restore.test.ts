import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { unitText, type DonorKey } from '../../src-main/domain/ids.ts'
import { backUp, backUpContinuously } from '../../src-main/engine/backup.ts'
import { makePrivateDir, publisherDir, publisherPaths } from '../../src-main/engine/data-folder.ts'
import { restoreProject, type RestoredProject } from '../../src-main/engine/restore-project.ts'
import { checkLedger } from '../support/power-loss/check-ledger.ts'
import { diskAt } from '../support/power-loss/disk.ts'
import { donorKeys, live, SEED, type Incarnation } from '../support/power-loss/incarnation.ts'
import { tempDir } from '../support/temp-dir.ts'

const PROJECT = 'power'
const [A, B] = donorKeys as unknown as readonly [DonorKey, DonorKey]

/** A home that can be lost, a backup folder that cannot, and what donors were told. */
class Drill {
  homeDir = tempDir()
  backupDir = tempDir()
  readonly acknowledged = new Set<string>()
  readonly logged: string[] = []
  private readonly open: Incarnation[] = []

  constructor() {
    makePrivateDir(this.dir)
    writeFileSync(publisherPaths(this.dir).keyPath, SEED)
    onTestFinished(async () => {
      for (const each of this.open) await each.close().catch(() => undefined)
    })
  }

  get dir(): string {
    return publisherDir(this.homeDir, PROJECT)
  }

  async start(): Promise<Incarnation> {
    const now = await live(diskAt(this.dir))
    this.open.push(now)
    return now
  }

  source(now: Incarnation): Parameters<typeof backUp>[0] {
    return { store: now.store, paths: publisherPaths(this.dir), project: PROJECT }
  }

  async work(now: Incarnation, donorKey: DonorKey, count: number): Promise<void> {
    for (const unit of await now.work(donorKey, count)) this.acknowledged.add(`${unitText(unit)} ${donorKey}`)
  }

  /** The machine is gone at this moment; the backup is as it is. */
  lose(): void {
    const kept = join(tempDir(), 'backup')
    cpSync(this.backupDir, kept, { recursive: true })
    this.backupDir = kept
    this.homeDir = tempDir()
  }

  restore(newest: boolean): Promise<RestoredProject> {
    return restoreProject({ homeDir: this.homeDir, backupDir: this.backupDir, newest })
  }
}

async function settledLedger(now: Incarnation, drill: Drill): Promise<void> {
  await expect
    .poll(async () => {
      await now.seal()
      return checkLedger(now, drill.acknowledged).then(
        () => 'all granted once',
        (error: unknown) => String(error),
      )
    })
    .toBe('all granted once')
}

it('a continuous backup has everything that was acknowledged, sealed or not', async () => {
  const drill = new Drill()
  const first = await drill.start()
  backUpContinuously(drill.source(first), drill.backupDir, () => undefined)
  await drill.work(first, A, 3)
  await first.seal()
  await drill.work(first, B, 2)
  await drill.work(first, A, 2)
  await first.addBatch(5)
  drill.lose()

  await drill.restore(false)
  const second = await drill.start()
  expect(second.publisher.status.waiting).toMatch(/until a donor that it knows/)
  expect(second.publisher.status.batches).toHaveLength(2)
  // Results are taken meanwhile; nothing is written yet.
  await drill.work(second, B, 3)
  await second.seal()
  expect(second.store.ledgerTotals().records).toBe(1)
  await expect(second.addBatch(5)).rejects.toMatchObject({ code: 'store-behind' })

  second.ask(A, 1)
  await expect.poll(() => second.publisher.status.waiting).toBeUndefined()
  await settledLedger(second, drill)
  expect(second.cores.epoch).toBe(1)
  const announced = await second.cores.projectRecords()
  expect(announced.flatMap((record) => (record.type === 'core' ? [record.epoch] : []))).toEqual([0, 1])
  await second.addBatch(5)
  await drill.work(second, A, 4)
  await settledLedger(second, drill)
})

it('goes on at once, in the same ledger, where it is known to be the newest', async () => {
  const drill = new Drill()
  const first = await drill.start()
  backUpContinuously(drill.source(first), drill.backupDir, () => undefined)
  await drill.work(first, A, 3)
  await first.seal()
  await drill.work(first, B, 3)
  drill.lose()
  await drill.restore(true)
  const second = await drill.start()
  expect(second.publisher.status.waiting).toBeUndefined()
  await settledLedger(second, drill)
  expect(second.cores.epoch).toBe(0)
})

it('an older backup writes nothing once a donor shows that it holds more', async () => {
  const drill = new Drill()
  const first = await drill.start()
  await drill.work(first, A, 3)
  await first.seal()
  await backUp(drill.source(first), drill.backupDir)
  await drill.work(first, A, 2)
  await first.seal()
  drill.lose()
  await drill.restore(false)
  const second = await drill.start()
  second.ask(B, 7)
  expect(second.publisher.status.waiting).toMatch(/until a donor/)
  second.ask(A, 2)
  expect(second.publisher.status.waiting).toMatch(/older than what others hold.+holds 2 records instead of 1/)
  second.ask(A, 1)
  await second.seal()
  expect(second.publisher.status.waiting).toMatch(/restore a newer one/)
  expect(second.store.ledgerTotals().records).toBe(1)
})

it('keeps the newest whole backup alone, and takes no half one for it', async () => {
  const drill = new Drill()
  const now = await drill.start()
  await drill.work(now, A, 1)
  const first = await backUp(drill.source(now), drill.backupDir)
  await drill.work(now, A, 1)
  const second = await backUp(drill.source(now), drill.backupDir)
  const projectDir = join(drill.backupDir, PROJECT)
  expect(readdirSync(projectDir).map((name) => join(projectDir, name))).toEqual([second])
  expect(second > first).toBe(true)
  // One that was cut off has no note.
  cpSync(second, join(projectDir, '9999-cut-off'), { recursive: true })
  rmSync(join(projectDir, '9999-cut-off', 'backup.json'))
  drill.lose()
  const { backup } = await drill.restore(true)
  expect(backup).toMatchObject({ format: 1, kind: 'moment', project: PROJECT })
  expect((await drill.start()).publisher.status.batches[0]).toMatchObject({ verified: 2 })
})

it('is refused over a project that is there, and where there is no backup', async () => {
  const drill = new Drill()
  const now = await drill.start()
  await expect(drill.restore(false)).rejects.toMatchObject({ code: 'not-found' })
  await backUp(drill.source(now), drill.backupDir)
  await expect(drill.restore(false)).rejects.toMatchObject({ code: 'already-exists' })
  await expect(backUp(drill.source(now), '/proc/nowhere')).rejects.toMatchObject({ code: 'file-unreadable' })
  drill.lose()
  const again = await drill.restore(false)
  expect(again).toMatchObject({ name: 'Power', dir: drill.dir })
  expect(readdirSync(join(drill.homeDir, 'publisher'))).toEqual([PROJECT])
})
