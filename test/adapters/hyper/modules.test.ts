import { describe, expect, it } from 'vitest'
import { hex32 } from '../../../src-main/domain/ids.ts'
import type { App } from '../../../src-main/domain/project.ts'
import type { ProjectConnection } from '../../../src-main/engine/ports.ts'
import {
  appRecord,
  connected,
  manifest,
  noise,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
} from '../../support/hyper-net.ts'

const dht = useTestDht()

const MIB = 1024 * 1024
const original = noise(2 * MIB + 12_345, 3)

/** The first app record that the donor learns of. */
function announced(project: ProjectConnection): Promise<App> {
  return new Promise((resolve) => {
    project.onRecord((record) => {
      if (record.type === 'app') resolve(record)
    })
  })
}

describe('modules', () => {
  it('come from the publisher with the bytes that were announced', async () => {
    const publisher = await startPublisher({ dht })
    await publisher.cores.appendProject([manifest(), await appRecord(publisher.cores, original)])
    const { project } = await startDonor(publisher.link, 1)
    const fetched = await project.module(await announced(project))
    expect(Buffer.compare(fetched, original)).toBe(0)
  })

  it('have one core, however often they are added', async () => {
    const { cores } = await startPublisher({ dht })
    const first = await cores.addModule(original)
    expect(await cores.addModule(original)).toEqual(first)
    expect(await cores.addModule(noise(10, 1))).not.toEqual(first)
  })

  it.each([
    ['a hash that is not theirs', { moduleHash: hex32<App['moduleHash']>('00'.repeat(32)) }],
    ['fewer bytes than the core holds', { moduleBytes: 1000 }],
    ['more bytes than the core holds', { moduleBytes: original.byteLength + 1 }],
    ['a chunk more than the core holds', { moduleBytes: original.byteLength + MIB }],
  ])('are refused when announced with %s', async (_what, change) => {
    const publisher = await startPublisher({ dht })
    await publisher.cores.appendProject([manifest(), await appRecord(publisher.cores, original, change)])
    const { project } = await startDonor(publisher.link, 1)
    await expect(project.module(await announced(project))).rejects.toMatchObject({
      code: 'module-hash-mismatch',
    })
  })

  it('come from another donor while the publisher is away', async () => {
    const publisher = await startPublisher({ dht })
    await publisher.cores.appendProject([manifest(), await appRecord(publisher.cores, original)])
    const first = await startDonor(publisher.link, 1)
    await first.project.module(await announced(first.project))
    await publisher.close()

    const second = await startDonor(publisher.link, 2)
    await settled(second.project, () => second.project.meshPeers > 0)
    const fetched = await second.project.module(await announced(second.project))
    expect(Buffer.compare(fetched, original)).toBe(0)
    expect([first.project.state, second.project.state]).toEqual(['offline', 'offline'])
  })

  it('that are asked for too early come as soon as somebody who has them does', async () => {
    const publisher = await startPublisher({ dht })
    const app = await appRecord(publisher.cores, original)
    await publisher.cores.appendProject([manifest(), app])
    await publisher.close()
    const { project } = await startDonor(publisher.link, 1)
    const fetch = project.module(app)
    const again = await startPublisher({ dht, earlier: publisher })
    await connected(project)
    expect(Buffer.compare(await fetch, original)).toBe(0)
    expect(again.network.donors()).toHaveLength(1)
  })

  it('that are still being fetched end with the project', async () => {
    const publisher = await startPublisher({ dht })
    const app = await appRecord(publisher.cores, original)
    await publisher.close()
    const { project } = await startDonor(publisher.link, 1)
    const fetch = expect(project.module(app)).rejects.toMatchObject({ code: 'not-connected' })
    await project.leave()
    await fetch
  })
})
