import { describe, expect, it, vi } from 'vitest'
import type { UnitRun } from '../../../../src-main/domain/outcome.ts'
import { PROJECT_KEY, ledgerOf } from '../../../support/fake-publisher-cores.ts'
import type { FakeSlot } from '../../../support/fake-slot-host.ts'
import {
  Project,
  addWork,
  checkingSlotHost,
  forged,
  honest,
  lease,
  submit,
  type Rig,
} from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const A = donorKey(1)

/** Ends each run of this slot as an honest donor would: the argument is the unit's number, from 100. */
function honestRun(slot: FakeSlot): UnitRun {
  const index = Number(slot.runs.at(-1)!.args[0]) - 100
  const { outcome, exitCode, fuel, stdout } = honest({ batch: 0, index })
  return { outcome, exitCode, fuel, stdout, stderr: new Uint8Array() }
}

/** Lets the verify core work until its `runs`th unit is in the slot. */
async function running(host: ReturnType<typeof checkingSlotHost>, runs: number): Promise<FakeSlot> {
  return vi.waitFor(() => {
    const slot = host.slots.at(-1)
    expect(slot?.runs.length).toBe(runs)
    return slot!
  })
}

async function verified(rig: Rig, count: number): Promise<void> {
  await vi.waitFor(() => expect(rig.publisher.status.batches[0]?.verified).toBe(count))
}

describe('verify cores', () => {
  it('complete the quorum of a project with one donor, which alone is granted', async () => {
    const slotHost = checkingSlotHost()
    const project = new Project()
    const rig = await project.start({ slotHost, verifyCores: 1 })
    await addWork(rig, 2)
    const units = await lease(rig, A)
    await submit(rig, A, units.map(honest))
    for (let n = 1; n <= 2; n++) {
      const slot = await running(slotHost, n)
      slot.end(honestRun(slot))
    }
    await verified(rig, 2)
    await rig.publisher.close()
    expect(ledgerOf(project.bytes).map(({ donorKey: donor, units: count }) => [donor, count])).toEqual([
      [A, 2],
    ])
    expect([...rig.store.grants()].some((grant) => grant.donorKey === (PROJECT_KEY as string))).toBe(false)
    expect(slotHost.slots.at(-1)?.loads).toHaveLength(1)
  })

  it('leave units alone that nobody has answered', async () => {
    const slotHost = checkingSlotHost()
    const rig = await new Project().start({ slotHost, verifyCores: 1 })
    await addWork(rig, 2)
    await lease(rig, A)
    await rig.timers.fire()
    await rig.timers.fire()
    expect(slotHost.slots.filter(({ runs }) => runs.length > 0)).toEqual([])
    await rig.publisher.close()
  })

  it('do not outvote anybody: a disagreement asks for another donor', async () => {
    const slotHost = checkingSlotHost()
    const rig = await new Project().start({ slotHost, verifyCores: 1 })
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await submit(
      rig,
      A,
      units.map((unit) => forged(unit)),
    )
    const slot = await running(slotHost, 1)
    slot.end(honestRun(slot))
    await vi.waitFor(() => expect(rig.store.votes(units[0]!)).toHaveLength(2))
    expect(rig.publisher.status.batches[0]).toMatchObject({ pending: 1, verified: 0 })
    expect(await submit(rig, donorKey(2), (await lease(rig, donorKey(2))).map(honest))).toEqual(['verified'])
    await rig.publisher.close()
  })

  it('go on in a new slot after theirs died', async () => {
    const slotHost = checkingSlotHost()
    const rig = await new Project().start({ slotHost, verifyCores: 1 })
    await addWork(rig, 1)
    await submit(rig, A, (await lease(rig, A)).map(honest))
    const first = await running(slotHost, 1)
    first.die()
    await vi.waitFor(() => expect(rig.logged).toContain('warn verify-core-failed'))
    await rig.timers.fire()
    await vi.waitFor(() => expect(slotHost.slots.at(-1)).not.toBe(first))
    const second = await running(slotHost, 1)
    second.end(honestRun(second))
    await verified(rig, 1)
    await rig.publisher.close()
  })

  it('take up after a restart what they were computing', async () => {
    const project = new Project()
    const slotHost = checkingSlotHost()
    const before = await project.start({ slotHost, verifyCores: 1 })
    await addWork(before, 1)
    await submit(before, A, (await lease(before, A)).map(honest))
    await running(slotHost, 1)
    await before.publisher.close()

    const again = checkingSlotHost()
    const rig = await project.start({ slotHost: again, verifyCores: 1 })
    const slot = await running(again, 1)
    slot.end(honestRun(slot))
    await verified(rig, 1)
    await rig.publisher.close()
  })
})
