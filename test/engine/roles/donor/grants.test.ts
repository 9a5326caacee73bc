import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { ProjectKey, UnitId } from '../../../../src-main/domain/ids.ts'
import { createDigests } from '../../../../src-main/engine/adapters/hyper/digests.ts'
import { openDonorStore } from '../../../../src-main/engine/adapters/sqlite/donor-store.ts'
import { syncGrants } from '../../../../src-main/engine/roles/donor/grants.ts'
import { fakeConnection } from '../../../support/fake-project-connection.ts'
import { donorKey, hex, unitAt } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const projectKey = hex<ProjectKey>(0xa)
const run = {
  outcome: 'ok',
  exitCode: 0,
  fuel: 1n,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
} as const

it('learns what became of results that earned nothing', async () => {
  const store = openDonorStore(join(tempDir(), 'donor.sqlite'), { log: () => undefined })
  onTestFinished(() => store.close())
  const add = (unit: UnitId): void =>
    store.addResult({ projectKey, unit, appName: 'a', args: [], run, state: 'pending', finishedAt: 1 })
  for (const index of [1, 2, 3]) add(unitAt(index))
  const digests = createDigests()
  const connection = fakeConnection({ projectKey, donorKey: donorKey(1), units: [], digests, expiresAt: 1 })
  connection.reject(unitAt(1))
  connection.endUncounted(unitAt(2))
  await syncGrants({ store, checkGrant: () => undefined }, connection, projectKey, donorKey(1))
  expect([1, 2, 3].map((index) => store.result(projectKey, unitAt(index))?.state)).toEqual([
    'rejected',
    'uncounted',
    'pending',
  ])
})
