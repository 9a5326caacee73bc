import { expect, it } from 'vitest'
import {
  connected,
  manifest,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
} from '../../support/hyper-net.ts'

const dht = useTestDht()

it('lets go of other donors and keeps the publisher, until it may meet them again', async () => {
  const publisher = await startPublisher({ dht })
  await publisher.cores.appendProject([manifest()])
  const first = await startDonor(publisher.link, 1)
  const second = await startDonor(publisher.link, 2)
  await Promise.all([connected(first.project), connected(second.project)])
  await settled(first.project, () => first.project.meshPeers === 1)

  await first.network.setMesh(false)
  await settled(first.project, () => first.project.meshPeers === 0)
  expect(first.project.state).toBe('connected')
  expect(second.project.state).toBe('connected')

  await first.network.setMesh(true)
  await settled(first.project, () => first.project.meshPeers === 1)
})

it('counts what passes, also of networks that were left', async () => {
  const publisher = await startPublisher({ dht })
  await publisher.cores.appendProject([manifest()])
  const { network, project } = await startDonor(publisher.link, 1)
  await connected(project)
  const { received, sent } = network.bytes
  expect(received).toBeGreaterThan(100)
  expect(sent).toBeGreaterThan(100)
  const counts: number[] = []
  const counting = setInterval(() => counts.push(network.bytes.received + network.bytes.sent), 1)
  await project.leave().finally(() => {
    clearInterval(counting)
  })
  expect(counts.length).toBeGreaterThan(1)
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(received + sent)
  expect(network.bytes.received).toBeGreaterThanOrEqual(received)
  expect(network.bytes.sent).toBeGreaterThanOrEqual(sent)
})
