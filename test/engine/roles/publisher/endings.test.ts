import { describe, expect, it } from 'vitest'
import type { UnitId } from '../../../../src-main/domain/ids.ts'
import { Project, addWork, honest, lease, remote, submit, type Rig } from '../../../support/publisher-rig.ts'
import { donorKey, unitAt } from '../../../support/publisher-store.ts'

const A = donorKey(1)
const B = donorKey(2)
const limits = { args: ['{n}'], maxFuel: 1000n, maxOutputBytes: 64 }

const addBatch = async ({ publisher }: Rig, count: number, more: object = {}): Promise<unknown> =>
  publisher.handlers.addBatch({ app: 'mersenne', first: 0, count, quorum: 2, ...limits, ...more })
const batchesOf = (units: readonly UnitId[]): number[] => [...new Set(units.map(({ batch }) => batch))]

function withoutCredit({ publisher }: Rig): readonly UnitId[] {
  return publisher.donorHandlers.grants(remote(A), { fromSequence: 0 }).uncounted
}

describe('a cancelled batch', () => {
  it('is not handed out any more, and its record stands in the project core once', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 5)
    await addBatch(rig, 3)
    await rig.publisher.handlers.cancel({ batch: 0 })
    await rig.publisher.handlers.cancel({ batch: 0 })
    expect(batchesOf(await lease(rig, A))).toEqual([1])
    expect(project.bytes.project.filter(({ type }) => type === 'cancel')).toEqual([
      { type: 'cancel', batch: 0, indexes: [] },
    ])
    expect(rig.publisher.status.batches.map(({ cancelled }) => cancelled)).toEqual([true, false])
    const again = await project.start()
    expect(batchesOf(await lease(again, B))).toEqual([1])
  })

  it('counts for nobody: results that wait, and those that come later', async () => {
    const rig = await new Project().start()
    await addWork(rig, 2)
    const units = await lease(rig, A)
    await submit(rig, A, [honest(unitAt(0))])
    await rig.publisher.handlers.cancel({ batch: 0 })
    expect(withoutCredit(rig)).toEqual([unitAt(0)])
    expect(units).toHaveLength(2)
    expect(await submit(rig, A, [honest(unitAt(1))])).toEqual(['uncounted'])
    expect(rig.publisher.status.ledger.grants).toBe(0)
  })

  it('keeps what was verified, and gives its donors room for other units', async () => {
    const rig = await new Project().start()
    await addWork(rig, 40, 1)
    await addBatch(rig, 40, { quorum: 1 })
    const held = await lease(rig, A)
    expect(held.length).toBeLessThan(40)
    await submit(rig, A, [honest(held[0]!)])
    await rig.publisher.handlers.cancel({ batch: 0 })
    expect((await lease(rig, A)).length).toBeGreaterThanOrEqual(held.length)
    const { units } = await rig.publisher.handlers.results({ cursor: '', limit: 10 })
    expect(units).toHaveLength(1)
  })

  it('is not computed anew, and neither is a cancelled unit', async () => {
    const rig = await new Project().start()
    await addWork(rig, 3)
    const { cancel, retry } = rig.publisher.handlers
    await cancel({ units: [unitAt(1)] })
    await expect(retry({ batch: 0, index: 1 })).rejects.toThrow('Unit 0.1 is cancelled')
    expect(await retry({ batch: 0 })).toEqual({ units: 0 })
    await cancel({ batch: 0 })
    await expect(retry({ batch: 0 })).rejects.toThrow('Batch 0 is cancelled')
  })

  it('has its units counted as cancelled, but those that have an answer', async () => {
    const rig = await new Project().start()
    await addWork(rig, 5, 1)
    await submit(rig, A, [honest((await lease(rig, A, 1))[0]!)])
    const { cancel } = rig.publisher.handlers
    expect(await cancel({ units: [unitAt(3), unitAt(3), unitAt(0)] })).toEqual({
      units: 1,
      ended: 1,
      already: 0,
    })
    expect(await cancel({ batch: 0 })).toEqual({ units: 3, ended: 1, already: 1 })
    expect(await cancel({ batch: 0 })).toEqual({ units: 0, ended: 1, already: 4 })
    expect(rig.publisher.status.batches[0]).toMatchObject({
      units: 5,
      verified: 1,
      unsent: 0,
      leased: 0,
      suspended: 0,
      cancelledUnits: 4,
      cancelled: true,
    })
  })

  it('must exist', async () => {
    const rig = await new Project().start()
    await expect(rig.publisher.handlers.cancel({ batch: 7 })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('cancelled units', () => {
  it('are counted at once, those that donors hold when they end', async () => {
    const rig = await new Project().start()
    await addWork(rig, 4, 1)
    await lease(rig, A, 1)
    const { cancel } = rig.publisher.handlers
    expect(await cancel({ units: [unitAt(0), unitAt(2)] })).toEqual({ units: 2, ended: 0, already: 0 })
    expect(await cancel({ units: [unitAt(0), unitAt(2)] })).toEqual({ units: 0, ended: 0, already: 2 })
    expect(rig.publisher.status.batches[0]).toMatchObject({ leased: 1, unsent: 2, cancelledUnits: 1 })
    await submit(rig, A, [honest(unitAt(0))])
    expect(rig.publisher.status.batches[0]).toMatchObject({ leased: 0, unsent: 2, cancelledUnits: 2 })
  })

  it('end, whether they were handed out or not, and the others go on', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 4)
    const first = await lease(rig, A, 1)
    expect(first).toEqual([unitAt(0)])
    await rig.publisher.handlers.cancel({ units: [unitAt(0), unitAt(2)] })
    const again = await project.start()
    expect(await lease(again, B)).toEqual([unitAt(1), unitAt(3)])
    expect(await submit(again, A, [honest(unitAt(0))])).toEqual(['uncounted'])
    const ended = { suspended: 0, cancelledUnits: 2, unsent: 0, cancelled: false }
    expect(again.publisher.status.batches[0]).toMatchObject(ended)
    await expect(again.publisher.handlers.cancel({ units: [unitAt(4)] })).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('a closed project', () => {
  it('hands out nothing, takes no new batch, and says so after a restart', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 4)
    await rig.publisher.handlers.closeProject()
    expect(await lease(rig, A)).toEqual([])
    await expect(addBatch(rig, 1)).rejects.toThrow('The project is closed')
    const again = await project.start()
    await again.publisher.handlers.closeProject()
    expect(again.publisher.status.closed).toBe(true)
    expect(project.bytes.project.filter(({ type }) => type === 'close')).toHaveLength(1)
  })
})

describe('batches', () => {
  it('are handed out by priority, then by deadline, then as they were added', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    await addBatch(rig, 1, { deadline: 9000 })
    await addBatch(rig, 1, { deadline: 5000 })
    await addBatch(rig, 1, { priority: 2 })
    await addBatch(rig, 1, { priority: -1, deadline: 1 })
    const units = await lease(rig, A)
    expect(units.map(({ batch }) => batch)).toEqual([3, 2, 1, 0, 4])
    expect(rig.publisher.status.batches[2]).toMatchObject({ priority: 0, deadline: 5000 })
  })
})
