import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import {
  openPublisherCores,
  type HyperPublisherCores,
} from '../../../../src-main/engine/adapters/hyper/publisher-cores.ts'
import type { LedgerRecord } from '../../../../src-main/domain/project.ts'
import { Project, addWork, honest, lease, submit, type Rig } from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const A = donorKey(1)
const B = donorKey(2)

async function ledger(cores: HyperPublisherCores): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = []
  for await (const { record } of cores.ledgerRecords()) records.push(record)
  return records
}

async function round(rig: Rig): Promise<void> {
  for (const donor of [A, B]) await submit(rig, donor, (await lease(rig, donor, 1)).map(honest))
}

it('grants end up in the real ledger once, over restarts', async () => {
  const project = new Project()
  const dir = join(tempDir(), 'cores')
  let cores: HyperPublisherCores | undefined
  onTestFinished(() => cores?.close())
  const restart = async (): Promise<Rig> => {
    await cores?.close()
    return project.start({
      openCores: async (journal) =>
        (cores = await openPublisherCores({ dir, seed: new Uint8Array(32).fill(7), journal })),
    })
  }
  let rig = await restart()
  await addWork(rig, 4, 1)
  await round(rig)
  // Decided but not sealed: the process ends here.
  rig = await restart()
  await round(rig)
  await rig.publisher.close()
  rig = await restart()

  const records = await ledger(cores!)
  expect(records.map(({ donorKey: donor, sequence, units }) => [donor, sequence, units])).toEqual([
    [A, 0, 1],
    [B, 0, 1],
    [A, 1, 1],
    [B, 1, 1],
  ])
  expect(records.at(-1)?.cumulativeFuel).toBe(11n + 13n)
  expect(rig.store.ledgerTotals()).toMatchObject({ records: 4, grants: 4 })
})
