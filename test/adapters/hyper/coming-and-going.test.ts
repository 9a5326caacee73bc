import { describe, expect, it } from 'vitest'
import type { ProjectRecord } from '../../../src-main/domain/project.ts'
import {
  batchRecord,
  connected,
  manifest,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
} from '../../support/hyper-net.ts'

const dht = useTestDht()

describe('coming and going', () => {
  it('finds a publisher that starts again, and goes on with its records', async () => {
    const first = await startPublisher({ dht })
    await first.cores.appendProject([manifest()])
    const { project } = await startDonor(first.link, 1)
    const records: ProjectRecord[] = []
    project.onRecord((record) => records.push(record))
    await connected(project)
    await expect.poll(() => records.length).toBe(1)
    await first.close()
    await settled(project, () => project.state === 'offline')

    const again = await startPublisher({ dht, earlier: first })
    await again.cores.appendProject([batchRecord])
    await connected(project)
    await expect.poll(() => records).toEqual([manifest(), batchRecord])
  })

  it('goes to sleep and wakes up with its connections', async () => {
    const publisher = await startPublisher({ dht })
    const { network, project } = await startDonor(publisher.link, 1)
    await connected(project)
    await network.suspend()
    expect(project.state).toBe('offline')
    await network.resume()
    await connected(project)
    await expect(project.lease({ units: 1, fuelCapacity: 0n })).resolves.toMatchObject({ units: [] })
  })

  it('leaves a project for good, and can join it again', async () => {
    const publisher = await startPublisher({ dht })
    const donor = await startDonor(publisher.link, 1)
    await connected(donor.project)
    await donor.project.leave()
    await expect.poll(() => publisher.network.donors()).toEqual([])
    const again = await donor.network.join(publisher.link, donor.keys)
    expect(again).not.toBe(donor.project)
    await connected(again)
  })

  it('gives the same connection for a project that is joined already', async () => {
    const publisher = await startPublisher({ dht })
    const donor = await startDonor(publisher.link, 1)
    expect(await donor.network.join(publisher.link, donor.keys)).toBe(donor.project)
  })

  it('remembers the records of a project while nobody is there', async () => {
    const publisher = await startPublisher({ dht })
    await publisher.cores.appendProject([manifest(), batchRecord])
    const { network, project, keys } = await startDonor(publisher.link, 1)
    let seen = 0
    project.onRecord(() => seen++)
    await expect.poll(() => seen).toBe(2)
    await publisher.close()
    await project.leave()
    const records: ProjectRecord[] = []
    const again = await network.join(publisher.link, keys)
    again.onRecord((record) => records.push(record))
    await expect.poll(() => records).toEqual([manifest(), batchRecord])
    expect(again.state).toBe('offline')
  })

  it('drops a bad record and goes on behind it', async () => {
    const publisher = await startPublisher({ dht })
    await publisher.cores.appendProject([manifest()])
    publisher.journal.record('project', [new Uint8Array([1, 99, 0])])
    await publisher.cores.appendProject([manifest('A second manifest'), batchRecord])
    const { project } = await startDonor(publisher.link, 1)
    const records: ProjectRecord[] = []
    project.onRecord((record) => records.push(record))
    await expect.poll(() => records).toEqual([manifest(), batchRecord])
    expect(project.trouble).toBeUndefined()
  })

  it.each([
    ['a record of a newer protocol', [2, 1], 'older Powerswarm must update'],
    ['something that is no project', [1, 99, 0], 'Bad project record'],
  ])('says so when a feed begins with %s', async (_what, block, why) => {
    const publisher = await startPublisher({ dht })
    publisher.journal.record('project', [Uint8Array.from(block)])
    await publisher.cores.appendProject([])
    const { project } = await startDonor(publisher.link, 1)
    let seen = 0
    project.onRecord(() => seen++)
    await settled(project, () => project.trouble?.includes(why) === true)
    await connected(project)
    expect(project.trouble).toContain(why)
    expect(seen).toBe(0)
  })

  it('gives up a publisher that does not answer, and dials it again', async () => {
    const publisher = await startPublisher({
      dht,
      handlers: { lease: () => new Promise(() => undefined) },
    })
    const { project } = await startDonor(publisher.link, 1)
    await connected(project)
    await expect(project.lease({ units: 1, fuelCapacity: 0n })).rejects.toMatchObject({
      code: 'not-connected',
      message: 'The publisher did not answer in time',
    })
    await settled(project, () => project.state === 'offline')
    await connected(project)
  })
})
