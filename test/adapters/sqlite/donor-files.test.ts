import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { ProjectKey } from '../../../src-main/domain/ids.ts'
import { openDonorStore } from '../../../src-main/engine/adapters/sqlite/donor-store.ts'
import { hex, unitAt } from '../../support/publisher-store.ts'
import { tempDir } from '../../support/temp-dir.ts'

const P = hex<ProjectKey>(0xa)

it('files of a result are kept, in order, until the publisher has it', () => {
  const store = openDonorStore(join(tempDir(), 'donor.sqlite'), { log: () => undefined })
  onTestFinished(() => store.close())
  store.saveProject({ projectKey: P, link: 'powerswarm://x', joinedAt: 1, name: '', purpose: '' })
  const files = ['b', 'a/c'].map((path) => ({ path, bytes: Uint8Array.of(path.length) }))
  const run = { outcome: 'ok', fuel: 1n, stdout: new Uint8Array(), stderr: new Uint8Array(), files } as const
  const result = { projectKey: P, appName: 'x', args: [], run, state: 'computed', finishedAt: 1 } as const
  store.addResult({ ...result, unit: unitAt(0) })
  store.addResult({ ...result, unit: unitAt(0), run: { ...run, files: [] } })
  store.addResult({ ...result, unit: unitAt(1) })
  expect(store.unsent(P, 10).map((each) => each.run.files)).toEqual([files, files])
  store.markResult(P, unitAt(0), 'pending')
  expect(store.result(P, unitAt(0))?.run.files).toBeUndefined()
  expect(store.result(P, unitAt(1))?.run.files).toEqual(files)
})
