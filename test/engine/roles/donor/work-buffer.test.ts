import { describe, expect, it } from 'vitest'
import type { UnitId } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { DonorHome, ok, projectKey, unit } from '../../../support/donor-rig.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const units = (count: number): UnitId[] => Array.from({ length: count }, (_, index) => unit(index))
const indices = (list: readonly { readonly index: number }[]): number[] => list.map(({ index }) => index)

describe('the work buffer', () => {
  it('holds hours of work once the pace is known, and says how much it can compute', async () => {
    const opened = await new DonorHome({ leaseMs: 12 * HOUR }).start(units(10))
    const { connection, store, running, pass } = opened
    await running(1)
    expect(connection.leaseRequests).toMatchObject([{ units: 2, fuelCapacity: 0n }, { units: 1 }])
    await pass(HOUR)
    opened.slot.end(ok)
    await running(2)
    await pass(5_000)
    expect(connection.leaseRequests.at(-1)!.units).toBeGreaterThanOrEqual(4)
    const capacity = Number(connection.leaseRequests.at(-1)!.fuelCapacity) / Number(ok.fuel)
    expect(capacity).toBeGreaterThan(3)
    expect(capacity).toBeLessThanOrEqual(6)
    expect(store.leases(projectKey).length).toBeGreaterThanOrEqual(6)
  })

  it('is as small as the donor wants it', async () => {
    const opened = await new DonorHome({ leaseMs: 12 * HOUR }).start(units(10))
    const { connection, donor, running, pass } = opened
    await donor.setPreferences({ workBufferHours: 0 })
    await running(1)
    await pass(HOUR)
    opened.slot.end(ok)
    await running(2)
    await pass(5_000)
    for (const request of connection.leaseRequests) expect(request.units).toBeLessThanOrEqual(2)
  })

  it('gets the modules of leased units while the publisher is there', async () => {
    const opened = await new DonorHome().start()
    const { connection, running } = opened
    await running(1)
    expect(connection.moduleRequests).toBe(2)
  })

  it('gives back after a long pause what it cannot compute any more', async () => {
    const home = new DonorHome({ leaseMs: 8 * HOUR })
    const opened = await home.start(units(6))
    const { connection, donor, store, running, pass } = opened
    await running(1)
    await pass(HOUR)
    opened.slot.end(ok)
    await running(2)
    await pass(5_000)
    const held = indices(store.leases(projectKey).map((lease) => lease.unit))
    expect(held).toEqual([1, 2, 3, 4, 5])
    expect(connection.givenBack).toEqual([])
    await donor.setPausedByDonor(true)
    await pass(4.5 * HOUR)
    expect(indices(connection.givenBack).sort()).toEqual([4, 5])
    expect(indices(store.leases(projectKey).map((lease) => lease.unit))).toEqual([1, 2, 3])
  })

  it('keeps what the publisher did not hear of', async () => {
    const home = new DonorHome({ leaseMs: 4 * HOUR })
    const opened = await home.start(units(4))
    const { connection, donor, store, running, pass } = opened
    connection.giveBack = () => Promise.reject(new Error('not heard'))
    await running(1)
    await pass(HOUR)
    opened.slot.end(ok)
    await running(2)
    await donor.setPausedByDonor(true)
    await pass(2.5 * HOUR)
    expect(store.leases(projectKey)).toHaveLength(3)
  })
})

describe('while the publisher is away', () => {
  it('goes on with units whose lease ran out, because nobody else can have them', async () => {
    const home = new DonorHome({ leaseMs: HOUR })
    const opened = await home.start()
    const { connection, store, running, pass } = opened
    await running(1)
    connection.setState('offline')
    await pass(2 * HOUR)
    opened.slot.end(ok)
    await running(2)
    expect(store.leases(projectKey)).not.toEqual([])
    connection.setState('connected')
    opened.slot.end(ok)
    await pass(5_000)
    expect(indices(connection.submitted.map((result) => result.unit))).toEqual([0, 1])
    expect(opened.runs).toHaveLength(2)
    expect(store.leases(projectKey)).toEqual([])
  })

  it('gives up on them after a day', async () => {
    const home = new DonorHome({ leaseMs: HOUR })
    const opened = await home.start()
    const { connection, running, pass } = opened
    await running(1)
    connection.setState('offline')
    await pass(HOUR + LIMITS.lateMs)
    opened.slot.end(ok)
    await pass(MINUTE)
    expect(opened.runs).toHaveLength(1)
  })
})
