import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bytesToHex, type Hex32 } from '../../../../src-main/domain/ids.ts'
import type { Batch } from '../../../../src-main/domain/project.ts'
import type { UnitInputs } from '../../../../src-main/domain/unit-inputs.ts'
import type { ProjectConnection } from '../../../../src-main/engine/ports.ts'
import {
  batchRecord,
  connected,
  manifest,
  settled,
  startDonor,
  startPublisher,
  useTestDht,
  type TestPublisher,
} from '../../../support/hyper-net.ts'
import { noise } from '../../../support/noise.ts'

const dht = useTestDht()
const newDraft = (): Hex32 => bytesToHex(randomBytes(32)) as Hex32

const units: readonly UnitInputs[] = [0, 1, 2].map((i) => ({
  name: `entry-${String(i)}`,
  args: [String(i)],
  stdin: noise(10 * i, i),
  files: [
    { path: 'large', bytes: noise(1_000_000 + i, i) },
    { path: 'common', bytes: noise(200_000, 99) },
  ],
}))

async function* stream(list: readonly UnitInputs[]): AsyncGenerator<UnitInputs> {
  for (const unit of list) yield await Promise.resolve(unit)
}

async function publish({ cores }: TestPublisher, change: Partial<Batch> = {}): Promise<Batch> {
  const { inputs } = await cores.addInputs(newDraft(), stream(units))
  const batch: Batch = { ...batchRecord, count: units.length, inputs, ...change }
  await cores.appendProject([manifest(), batch])
  return batch
}

function announced(project: ProjectConnection): Promise<Batch> {
  return new Promise((resolve) => {
    project.onRecord((record) => {
      if (record.type === 'batch') resolve(record)
    })
  })
}

describe('inputs of a batch', () => {
  it('come from the publisher, unit by unit', async () => {
    const publisher = await startPublisher({ dht })
    await publish(publisher)
    const { project } = await startDonor(publisher.link, 1)
    const batch = await announced(project)
    expect(await project.inputs(batch, 1)).toEqual(units[1])
    expect(await publisher.cores.unitInputs(batch, 2)).toEqual(units[2])
  })

  it('are read from disk again and given to other donors while the publisher is away', async () => {
    const publisher = await startPublisher({ dht })
    await publish(publisher)
    const first = await startDonor(publisher.link, 1)
    const batch = await announced(first.project)
    await first.project.inputs(batch, 0)
    const second = await startDonor(publisher.link, 2)
    await announced(second.project)
    await settled(second.project, () => second.project.meshPeers > 0)
    await publisher.close()
    expect(await first.project.inputs(batch, 0)).toEqual(units[0])
    expect(await second.project.inputs(batch, 0)).toEqual(units[0])
  })

  it('are refused when the core is not as long as the record says', async () => {
    const publisher = await startPublisher({ dht })
    const { inputs } = await publisher.cores.addInputs(newDraft(), stream(units))
    const longer = { ...inputs, byteLength: inputs.byteLength - 1 }
    const batch: Batch = { ...batchRecord, count: units.length, inputs: longer }
    await publisher.cores.appendProject([manifest(), batch])
    const { project } = await startDonor(publisher.link, 1)
    await connected(project)
    await expect(project.inputs(await announced(project), 0)).rejects.toMatchObject({ code: 'bad-record' })
  })

  it('survive a restart of the publisher; what was not finished can be dropped', async () => {
    const publisher = await startPublisher({ dht })
    const batch = await publish(publisher)
    const draft = newDraft()
    async function* broken(): AsyncGenerator<UnitInputs> {
      yield await Promise.resolve(units[0]!)
      throw new Error('the disk was pulled out')
    }
    await expect(publisher.cores.addInputs(draft, broken())).rejects.toThrow('pulled out')
    await publisher.close()
    const again = await startPublisher({ dht, earlier: publisher })
    await again.cores.dropInputs(draft)
    expect(await again.cores.unitInputs(batch, 0)).toEqual(units[0])
    const { project } = await startDonor(again.link, 3)
    expect(await project.inputs(await announced(project), 0)).toEqual(units[0])
  })

  it('of equal batches do not get into each other’s way', async () => {
    const { cores } = await startPublisher({ dht })
    const first = await cores.addInputs(newDraft(), stream(units))
    const draft = newDraft()
    const second = await cores.addInputs(draft, stream(units))
    expect(second.inputs.key).not.toBe(first.inputs.key)
    await cores.dropInputs(draft)
    const batch = { ...batchRecord, count: units.length, inputs: first.inputs }
    expect(await cores.unitInputs(batch, 1)).toEqual(units[1])
  })
})
