import Hypercore from 'hypercore'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../src-main/domain/ids.ts'
import type { App, ProjectRecord } from '../../../src-main/domain/project.ts'
import { projectCoreKey } from '../../../src-main/engine/adapters/hyper/keys.ts'
import {
  appRecord,
  connected,
  manifest,
  noise,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
  type TestDonor,
  type TestPublisher,
} from '../../support/hyper-net.ts'
import { startSeeder, type Answer, type Seeder } from '../../support/hyper-seeder.ts'

const dht = useTestDht()

const MIB = 1024 * 1024
const CHUNKS = 8
const original = noise(CHUNKS * MIB, 5)

interface Project {
  readonly publisher: TestPublisher
  readonly app: App
  seeder(number: number, answer: (block: number) => Answer): Promise<Seeder>
  /** A fresh donor with that many others on its mesh. */
  donor(number: number, meshPeers: number): Promise<TestDonor>
}

async function startProject(): Promise<Project> {
  const publisher = await startPublisher({ dht })
  const { link } = publisher
  const app = await appRecord(publisher.cores, original)
  await publisher.cores.appendProject([manifest(), app])
  return {
    publisher,
    app,
    seeder: (number, answer) =>
      startSeeder({ link, number, module: original, answer, feedKey: projectCoreKey(link.projectKey) }),
    donor: async (number, meshPeers) => {
      const donor = await startDonor(link, number)
      await settled(donor.project, () => donor.project.meshPeers >= meshPeers)
      return donor
    },
  }
}

async function fetches({ project }: TestDonor, app: App): Promise<void> {
  expect(Buffer.compare(await project.module(app), original)).toBe(0)
}

/** Donors that the publisher gives the module to now. */
function askingPublisher({ cores }: TestPublisher, app: App): number {
  return cores.offered(Hypercore.discoveryKey(hexToBytes(app.moduleCore)))?.peers.length ?? 0
}

describe('donors that share a module', () => {
  it('spare the publisher', async () => {
    const { donor, seeder, publisher, app } = await startProject()
    const { asked } = await seeder(1, () => 'right')
    const fresh = await donor(1, 1)
    await connected(fresh.project)
    await fetches(fresh, app)
    expect(new Set(asked).size).toBe(CHUNKS)
    expect(askingPublisher(publisher, app)).toBe(0)
  })

  it('drop one that sends wrong blocks, ask it no more, and get the right ones from another', async () => {
    const { seeder, publisher, app } = await startProject()
    await publisher.close()
    const liar = await seeder(1, () => 'wrong')
    const fresh = await startDonor(publisher.link, 1)
    await settled(fresh.project, () => fresh.project.meshPeers === 1)
    const fetched = fetches(fresh, app)
    await liar.dropped
    const lies = liar.asked.length
    await seeder(2, () => 'right')
    await fetched
    expect(lies).toBeGreaterThan(0)
    expect(liar.asked).toHaveLength(lies)
  })

  it('turn to the publisher when the only seeder sends wrong blocks', async () => {
    const { donor, seeder, app } = await startProject()
    const liar = await seeder(1, () => 'wrong')
    const fresh = await donor(1, 1)
    await connected(fresh.project)
    await fetches(fresh, app)
    expect(liar.asked.length).toBeGreaterThan(0)
  })

  it.each([
    ['leaves', 'leave'],
    ['falls silent', 'silence'],
    ['begins to lie', 'wrong'],
  ] as const)('turn to the publisher when a seeder %s at the last chunk', async (_what, end) => {
    const { donor, seeder, app } = await startProject()
    const { asked } = await seeder(1, (block) => (block === CHUNKS - 1 ? end : 'right'))
    const fresh = await donor(1, 1)
    await connected(fresh.project)
    await fetches(fresh, app)
    expect(asked).toContain(CHUNKS - 1)
  })

  it('let one go that claims to have everything and sends nothing, and go on with the next', async () => {
    const { seeder, publisher, app } = await startProject()
    await publisher.close()
    const silent = await seeder(1, () => 'silence')
    const fresh = await startDonor(publisher.link, 1)
    await settled(fresh.project, () => fresh.project.meshPeers === 1)
    const fetched = fetches(fresh, app)
    await silent.dropped
    expect(silent.asked.length).toBeGreaterThan(0)
    await seeder(2, () => 'right')
    await fetched
  })

  it('pass feed and module on from one to the next, long after the publisher left', async () => {
    const { donor, publisher, app } = await startProject()
    const first = await donor(1, 0)
    await fetches(first, app)
    await publisher.close()
    const second = await donor(2, 1)
    await fetches(second, app)
    await first.close()
    const third = await donor(3, 1)
    const records: ProjectRecord[] = []
    third.project.onRecord((record) => records.push(record))
    await fetches(third, app)
    expect(records).toEqual([manifest(), app])
    expect(third.project.state).toBe('offline')
  })
})
