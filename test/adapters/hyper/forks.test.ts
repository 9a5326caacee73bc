import { expect, it } from 'vitest'
import type { ProjectRecord } from '../../../src-main/domain/project.ts'
import { verifyEvidence } from '../../../src-main/engine/verifier/verify-evidence.ts'
import {
  batchRecord,
  connected,
  manifest,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
  type TestDonor,
  type TestPublisher,
} from '../../support/hyper-net.ts'
import { ledgerRecord } from '../../support/ledger-blocks.ts'

const dht = useTestDht()

/** Every publisher of these tests has the same key; each has a folder and a journal of its own. */
async function publish(
  length: number,
  fuel: bigint,
  more: readonly ProjectRecord[] = [],
): Promise<TestPublisher> {
  const publisher = await startPublisher({ dht })
  const { cores, journal } = publisher
  const head = [manifest(), { type: 'core', role: 'ledger', epoch: 0, key: cores.ledgerKey }] as const
  await cores.appendProject([...head, ...more])
  const blocks = Array.from({ length }, (_, i) => cores.encodeLedger(ledgerRecord(i, { fuel })))
  journal.record(cores.ledgerCore, blocks)
  await cores.flushLedger()
  return publisher
}

it('a donor that is shown another ledger has proof of it, and reads on in the next one', async () => {
  const first = await publish(10, 7n)
  const { project } = await startDonor(first.link, 1)
  const found: Uint8Array[] = []
  project.onFork((file) => found.push(file))
  await connected(project)
  let epochs = 0
  project.onRecord((record) => {
    if (record.type === 'core') epochs++
  })
  await expect.poll(() => epochs).toBe(1)
  expect((await project.ledgerRecord(0, 9)).fuel).toBe(7n)
  await first.close()
  await settled(project, () => project.state === 'offline')

  const second = await publish(15, 1n)
  await connected(project)
  await expect(project.ledgerRecord(0, 12)).rejects.toMatchObject({ code: 'not-connected' })
  await expect.poll(() => found.length).toBe(1)
  expect(verifyEvidence(found[0]!, second.link.projectKey)).toEqual({
    holds: true,
    fork: { projectKey: second.link.projectKey, epoch: 0, length: 10 },
  })

  // The publisher was shown the donor's head in turn.
  const { cores, journal } = second
  await expect.poll(() => cores.ledgerTrouble).toBeDefined()
  journal.record('ledger-1', [cores.encodeLedger(ledgerRecord(0))])
  await cores.openLedger(1)
  await cores.appendProject([{ type: 'core', role: 'ledger', epoch: 1, key: cores.ledgerKey }])
  await expect.poll(() => epochs).toBe(2)
  expect((await project.ledgerRecord(1, 0)).fuel).toBe(7n)
}, 60_000)

it('a donor that is shown another project core has proof of it', async () => {
  const first = await publish(0, 0n, [batchRecord])
  const { project } = await startDonor(first.link, 2)
  const found: Uint8Array[] = []
  project.onFork((file) => found.push(file))
  let records = 0
  project.onRecord(() => records++)
  await expect.poll(() => records).toBe(3)
  await first.close()
  await settled(project, () => project.state === 'offline')

  const second = await publish(0, 0n, [
    { ...batchRecord, count: 5 },
    { ...batchRecord, batch: 1 },
  ])
  await expect.poll(() => found.length, { timeout: 20_000 }).toBe(1)
  expect(verifyEvidence(found[0]!, second.link.projectKey)).toEqual({
    holds: true,
    fork: { projectKey: second.link.projectKey, length: 3 },
  })
}, 60_000)

it('donors that were told two stories have proof of it as soon as they meet, with the publisher gone', async () => {
  const first = await publish(0, 0n, [batchRecord])
  const left = await toldBy(first, 3, 3)
  await left.network.suspend()
  await first.close()

  const second = await publish(0, 0n, [
    { ...batchRecord, count: 5 },
    { ...batchRecord, batch: 1 },
  ])
  const right = await toldBy(second, 4, 4)
  await second.close()
  await left.network.resume()
  await expect.poll(() => [left.found.length, right.found.length], { timeout: 20_000 }).toEqual([1, 1])
  const holds = { holds: true, fork: { projectKey: second.link.projectKey, length: 3 } }
  for (const { found } of [left, right])
    expect(verifyEvidence(found[0]!, second.link.projectKey)).toEqual(holds)
}, 60_000)

interface ToldDonor extends TestDonor {
  readonly found: readonly Uint8Array[]
}

/** A donor that has so many records of this publisher. */
async function toldBy({ link }: TestPublisher, number: number, count: number): Promise<ToldDonor> {
  const donor = await startDonor(link, number)
  const found: Uint8Array[] = []
  donor.project.onFork((file) => found.push(file))
  let records = 0
  donor.project.onRecord(() => records++)
  await expect.poll(() => records).toBe(count)
  return { ...donor, found }
}
