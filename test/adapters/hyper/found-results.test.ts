import Hypercore from 'hypercore'
import { expect, it } from 'vitest'
import { encodeFoundRecord } from '../../../src-main/contracts/wire/found-record.ts'
import { hexToBytes, type Hex32 } from '../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { resultsCoreName } from '../../../src-main/domain/results-core.ts'
import {
  batchRecord,
  connected,
  manifest,
  startDonor,
  startPublisher,
  useTestDht,
  type TestPublisher,
} from '../../support/hyper-net.ts'

const dht = useTestDht()

const block = (index: number): Uint8Array =>
  encodeFoundRecord({ at: 1, found: [{ unit: { batch: 0, index }, output: Uint8Array.of(index % 256) }] })
async function publish({ cores, journal }: TestPublisher, blocks: readonly Uint8Array[]): Promise<void> {
  journal.record(resultsCoreName(0), blocks)
  await cores.flushResults()
}
async function publishing(before: readonly Uint8Array[]): Promise<TestPublisher> {
  const publisher = await startPublisher({ dht })
  const key = await publisher.cores.openResults(0)
  await publisher.cores.appendProject([manifest(), { type: 'results', epoch: 0, key }])
  await publish(publisher, before)
  return publisher
}
const discoveryKeyOf = (key: Hex32): Uint8Array => Hypercore.discoveryKey(hexToBytes(key))
const numbers = (count: number, first = 0): number[] => Array.from({ length: count }, (_, i) => first + i)

it('donors see the newest of what was found, fetch no older blocks, and hear of more', async () => {
  const publisher = await publishing(numbers(50).map(block))
  const { project } = await startDonor(publisher.link, 1)
  const seen = (): number[] => project.found.map(({ unit }) => unit.index)
  await expect.poll(seen, { timeout: 10_000 }).toEqual(numbers(LIMITS.foundBlocks, 50 - LIMITS.foundBlocks))
  let changes = 0
  project.onChange(() => changes++)
  await publish(publisher, [block(50), block(51)])
  await expect.poll(() => seen().slice(-2), { timeout: 10_000 }).toEqual([50, 51])
  expect(changes).toBeGreaterThan(0)
  expect([...project.found.at(-1)!.output]).toEqual([51])
  await publish(publisher, numbers(30, 52).map(block))
  await expect.poll(() => seen().at(-1), { timeout: 10_000 }).toBe(81)
  expect(seen()).toHaveLength(LIMITS.foundShown)
})

it('a core that breaks its rules is read no further, and the project goes on', async () => {
  const publisher = await publishing([block(0), new Uint8Array(100), block(2)])
  const { project } = await startDonor(publisher.link, 1)
  await connected(project)
  await expect.poll(() => project.found.length, { timeout: 10_000 }).toBe(1)
  await publish(publisher, [block(3)])
  const heard: string[] = []
  project.onRecord(({ type }) => heard.push(type))
  await publisher.cores.appendProject([batchRecord])
  await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toBe('batch')
  expect(project.found.map(({ unit }) => unit.index)).toEqual([0])
  expect(project.trouble).toBeUndefined()
})

it('a block that nobody has keeps no other one away', async () => {
  const publisher = await publishing([])
  const core = publisher.cores.offered(discoveryKeyOf(await publisher.cores.openResults(0)))
  await publish(publisher, numbers(5).map(block))
  await core?.clear(0, 1)
  const { project } = await startDonor(publisher.link, 1)
  const seen = (): number[] => project.found.map(({ unit }) => unit.index)
  await expect.poll(seen, { timeout: 10_000 }).toEqual([1, 2, 3, 4])
  await publish(publisher, [block(5)])
  await expect.poll(seen, { timeout: 10_000 }).toEqual([1, 2, 3, 4, 5])
})

it('donors pass it on while the publisher is away', async () => {
  const publisher = await publishing(numbers(5).map(block))
  const first = await startDonor(publisher.link, 1)
  await expect.poll(() => first.project.found.length, { timeout: 10_000 }).toBe(5)
  await publisher.close()
  const second = await startDonor(publisher.link, 2)
  await expect.poll(() => second.project.found, { timeout: 20_000 }).toEqual(first.project.found)
})
