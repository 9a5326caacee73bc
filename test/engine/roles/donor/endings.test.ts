import { describe, expect, it, vi } from 'vitest'
import { DonorHome, ok, unit, type RunningDonor } from '../../../support/donor-rig.ts'

describe('a unit that its publisher took back', () => {
  it('is not computed: the slot goes on with another one, and nothing is sent', async () => {
    const opened = await new DonorHome().start()
    await opened.running(1)
    const first = opened.slot
    opened.connection.say({ type: 'cancel', batch: 0, indexes: [0, 1] })
    await vi.waitFor(() => {
      expect(first.killed).toBe(true)
    })
    await opened.pass(10_000)
    expect((await opened.running(2)).args).toEqual(['102'])
    opened.slot.end(ok)
    await opened.pass(5_000)
    expect(opened.connection.submitted.map((result) => result.unit)).toEqual([unit(2)])
    expect(opened.store.leases(opened.connection.projectKey).map((lease) => lease.unit)).toEqual([unit(3)])
  })
})

describe('a result of a unit that its publisher took back', () => {
  const pending = (opened: RunningDonor): number => opened.donor.state.credit.unitsPending

  it('is pending no more, at once', async () => {
    const opened = await new DonorHome().start()
    await opened.running(1)
    opened.slot.end(ok)
    await opened.running(2)
    await opened.pass(5_000)
    expect(pending(opened)).toBe(1)
    opened.connection.say({ type: 'cancel', batch: 0, indexes: [0] })
    expect(pending(opened)).toBe(0)
  })

  it('is none either where that was missed, once the record is told again at a start', async () => {
    const home = new DonorHome()
    const opened = await home.start()
    await opened.running(1)
    opened.slot.end(ok)
    await opened.running(2)
    await opened.pass(5_000)
    expect(pending(opened)).toBe(1)
    const again = await home.start([], { kind: 'unattended' }, (connection) => {
      connection.say({ type: 'cancel', batch: 0, indexes: [] })
    })
    expect(pending(again)).toBe(0)
  })

  it('is not pending when it is taken after that', async () => {
    const opened = await new DonorHome().start()
    await opened.running(1)
    opened.connection.setState('offline')
    opened.slot.end(ok)
    await opened.running(2)
    opened.connection.say({ type: 'cancel', batch: 0, indexes: [0] })
    opened.connection.setState('connected')
    await opened.pass(5_000)
    expect(opened.connection.submitted.map((result) => result.unit)).toEqual([unit(0)])
    expect(pending(opened)).toBe(0)
  })
})

describe('a project that its publisher closed', () => {
  it('is shown as such, computes nothing and asks for nothing', async () => {
    const opened = await new DonorHome().start()
    await opened.running(1)
    opened.connection.say({ type: 'close', at: 5 })
    await opened.pass(20_000)
    expect(opened.donor.state.projects).toMatchObject([{ closed: true, state: 'closed', leased: 0 }])
    expect(opened.donor.state.status).toEqual({ kind: 'waiting', reason: 'all-closed' })
    expect(opened.donor.state.slots).toEqual([])
    const asked = opened.connection.leaseRequests.length
    await opened.pass(120_000)
    expect(opened.connection.leaseRequests).toHaveLength(asked)
    expect(opened.runs).toHaveLength(1)
  })
})
