import { expect, it } from 'vitest'
import { verifyReceipt } from '../../../src-main/engine/verifier/verify-receipt.ts'
import { connected, manifest, startDonor, startPublisher, useTestDht } from '../../support/hyper-net.ts'
import { ledgerRecord } from '../../support/ledger-blocks.ts'

const dht = useTestDht()

it('receipts of a donor come from its own disk, with the publisher gone and the project left', async () => {
  const publisher = await startPublisher({ dht })
  const { cores, journal, link } = publisher
  await cores.appendProject([manifest(), { type: 'core', role: 'ledger', epoch: 0, key: cores.ledgerKey }])
  const { network, project } = await startDonor(link, 1)
  await connected(project)
  let records = 0
  project.onRecord(() => records++)
  await expect.poll(() => records).toBe(2)
  await expect(network.receipt(link.projectKey, 0, 0)).rejects.toMatchObject({ code: 'not-found' })

  // The donor fetches single blocks of a ledger that grows meanwhile.
  const fetched: number[] = []
  for (const [length, index] of [
    [1, 0],
    [13, 9],
    [100, 57],
    [101, 100],
  ] as const) {
    const blocks = Array.from({ length: length - journal.length(cores.ledgerCore) }, (_, i) =>
      cores.encodeLedger(ledgerRecord(journal.length(cores.ledgerCore) + i)),
    )
    journal.record(cores.ledgerCore, blocks)
    await cores.flushLedger()
    expect(await project.ledgerRecord(0, index)).toEqual(ledgerRecord(index))
    fetched.push(index)
  }
  expect(verifyReceipt(await cores.receipt(0, 57), link.projectKey)).toMatchObject({ holds: true })
  await expect(cores.receipt(0, 101)).rejects.toMatchObject({ code: 'not-found' })
  await expect(cores.receipt(1, 0)).rejects.toMatchObject({ code: 'not-found' })

  await publisher.close()
  await project.leave()
  for (const index of fetched)
    expect(verifyReceipt(await network.receipt(link.projectKey, 0, index), link.projectKey)).toMatchObject({
      holds: true,
      grant: { epoch: 0, index, record: ledgerRecord(index) },
    })
  await expect(network.receipt(link.projectKey, 0, 58)).rejects.toMatchObject({ code: 'not-found' })
})
