import { describe, expect, it } from 'vitest'
import type { ProjectConnection } from '../../../src-main/engine/ports.ts'
import type { ProjectRecord } from '../../../src-main/domain/project.ts'
import { donorKeyPair } from '../../../src-main/engine/adapters/hyper/keys.ts'
import {
  batchRecord,
  connected,
  manifest,
  startDonor,
  startPublisher,
  useTestDht,
  type TestDonor,
} from '../../support/hyper-net.ts'

const dht = useTestDht()

async function asleep(): Promise<
  TestDonor & { readonly publisher: Awaited<ReturnType<typeof startPublisher>> }
> {
  const publisher = await startPublisher({ dht })
  await publisher.cores.appendProject([manifest()])
  const donor = await startDonor(publisher.link, 1)
  await connected(donor.project)
  await donor.network.suspend()
  return { ...donor, publisher }
}

/** Its state after that time, or as soon as it is connected. */
async function settledIn(ms: number, project: ProjectConnection): Promise<string> {
  await Promise.race([connected(project), new Promise((resolve) => setTimeout(resolve, ms))])
  return project.state
}

describe('a donor whose machine sleeps', () => {
  it('is gone for the publisher, and back after waking', async () => {
    const { network, project, publisher } = await asleep()
    await expect.poll(() => publisher.network.donors()).toEqual([])
    await network.resume()
    await connected(project)
    expect(publisher.network.donors()).toHaveLength(1)
  })

  it('may be told to sleep or to wake twice', async () => {
    const { network, project } = await asleep()
    await network.suspend()
    await network.resume()
    await network.resume()
    await connected(project)
  })

  it('finds a publisher that started again meanwhile, and what it wrote', async () => {
    const { network, project, publisher } = await asleep()
    await publisher.close()
    const again = await startPublisher({ dht, earlier: publisher })
    await again.cores.appendProject([batchRecord])
    const records: ProjectRecord[] = []
    project.onRecord((record) => records.push(record))
    await network.resume()
    await connected(project)
    await expect.poll(() => records).toEqual([manifest(), batchRecord])
  })

  it('can leave a project, and close, without waking', async () => {
    const { network, project } = await asleep()
    await project.leave()
    await network.close()
  })

  it('can join a project, and meets it when it wakes', async () => {
    const { network, project, publisher } = await asleep()
    await project.leave()
    const keys = donorKeyPair(new Uint8Array(32).fill(150), publisher.link.projectKey)
    const joined = await network.join(publisher.link, keys)
    await expect(settledIn(1000, joined)).resolves.toBe('offline')
    await network.resume()
    await connected(joined)
  })

  it('refuses calls at once instead of waiting for nobody', async () => {
    const { project } = await asleep()
    await expect(project.lease({ units: 1, fuelCapacity: 0n })).rejects.toMatchObject({
      code: 'not-connected',
    })
  })
})
