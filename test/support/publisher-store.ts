import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { DonorKey, Hex32, ModuleHash, UnitId } from '../../src-main/domain/ids.ts'
import type { App, Batch } from '../../src-main/domain/project.ts'
import { openPublisherStore } from '../../src-main/engine/adapters/sqlite/publisher-store.ts'
import type { PublisherStore } from '../../src-main/engine/ports.ts'
import { tempDir } from './temp-dir.ts'

/** Thirty-two bytes that are easy to tell apart in a failure. */
export const hex = <K extends Hex32>(n: number): K => n.toString(16).padStart(64, '0') as K
export const donorKey = (n: number): DonorKey => hex<DonorKey>(0xd0000 + n)
export const unitAt = (index: number, batch = 0): UnitId => ({ batch, index })

export const anApp = (app = 0): App => ({
  type: 'app',
  app,
  name: 'mersenne',
  moduleHash: hex<ModuleHash>(1),
  moduleBytes: 4,
  moduleCore: hex(2),
  rewriterVersion: 1,
  rewrittenHash: hex(3),
  memoryLimitBytes: 65536,
})
export const aBatch = (changes: Partial<Batch> = {}): Batch => ({
  type: 'batch',
  batch: 0,
  app: 0,
  first: 100,
  count: 10,
  args: ['{n}'],
  quorum: 2,
  maxFuel: 10n ** 13n,
  maxOutputBytes: 1024,
  ...changes,
})

/** A publisher's file in a fresh folder, with one app and one batch of ten units; `reopen` is a restart. */
export function tempPublisherStore(batch: Partial<Batch> = {}): {
  readonly file: string
  store: PublisherStore
  reopen(): PublisherStore
} {
  const file = join(tempDir(), 'publisher.sqlite')
  const opened = {
    file,
    store: openPublisherStore(file),
    reopen: () => {
      opened.store.close()
      opened.store = openPublisherStore(file)
      return opened.store
    },
  }
  onTestFinished(() => opened.store.close())
  opened.store.addApp(anApp(), new Uint8Array([0, 1, 2, 3]))
  opened.store.addBatch(aBatch(batch))
  return opened
}
