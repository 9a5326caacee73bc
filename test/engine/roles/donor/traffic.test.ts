import { expect, it } from 'vitest'
import { DonorHome, ok, type RunningDonor } from '../../../support/donor-rig.ts'

const HOUR = 3_600_000
const MB = 1_000_000
const receive = ({ network }: RunningDonor, megabytes: number): void => {
  network.bytes = { ...network.bytes, received: network.bytes.received + megabytes * MB }
}

it('pauses when a day’s limit is used up, sends what is computed, and goes on at midnight', async () => {
  const opened = await new DonorHome({ leaseMs: 48 * HOUR }).start()
  const { donor, network, connection, pass, running, logged } = opened
  await donor.setPreferences({ networkLimitMBPerDay: 100 })
  await running(1)
  receive(opened, 99)
  await pass(20_000)
  expect(donor.state.status.kind).toBe('computing')
  receive(opened, 2)
  opened.slot.end(ok)
  await pass(20_000)
  expect(donor.state.status).toEqual({ kind: 'paused', reason: 'network-limit' })
  expect(donor.state.sentence).toContain('network limit')
  expect(logged).toContain('paused')
  expect(network.asked).toEqual(['mesh off'])
  expect(connection.submitted).toHaveLength(1)

  receive(opened, 10)
  await pass(20_000)
  expect(network.asked).toEqual(['mesh off', 'suspend'])
  expect(donor.state.traffic.receivedBytes).toBe(111 * MB)

  await pass(24 * HOUR)
  expect(network.asked).toEqual(['mesh off', 'suspend', 'resume', 'mesh on'])
  expect(donor.state.status.kind).toBe('computing')
  expect(donor.state.traffic.receivedBytes).toBe(0)
})

it('goes on when the limit is raised or taken away', async () => {
  const opened = await new DonorHome().start()
  await opened.donor.setPreferences({ networkLimitMBPerDay: 10 })
  receive(opened, 50)
  await opened.pass(20_000)
  expect(opened.donor.state.status.kind).toBe('paused')
  await opened.donor.setPreferences({ networkLimitMBPerDay: 0 })
  expect(opened.network.asked).toEqual(['mesh off', 'suspend', 'resume', 'mesh on'])
  expect(opened.donor.state.status.kind).not.toBe('paused')
})

it('keeps the count over a crash, but for what passed in the last moment', async () => {
  const home = new DonorHome({ leaseMs: HOUR })
  const before = await home.start()
  await before.donor.setPreferences({ networkLimitMBPerDay: 100 })
  receive(before, 120)
  await before.pass(20_000)
  const opened = await home.start()
  expect(opened.donor.state.traffic.receivedBytes).toBe(120 * MB)
  expect(opened.donor.state.status).toEqual({ kind: 'paused', reason: 'network-limit' })
  expect(opened.network.asked).toEqual(['mesh off', 'suspend'])
})

it('keeps the network still through a night in which the machine sleeps', async () => {
  const opened = await new DonorHome().start()
  const { donor, network, pass } = opened
  await donor.setPreferences({ networkLimitMBPerDay: 10 })
  receive(opened, 50)
  await pass(20_000)
  await donor.suspend(true)
  await donor.suspend(false)
  expect(network.asked).toEqual(['mesh off', 'suspend'])
  await donor.suspend(true)
  await pass(24 * HOUR)
  expect(network.asked).toEqual(['mesh off', 'suspend'])
  await donor.suspend(false)
  await pass(20_000)
  expect(network.asked).toEqual(['mesh off', 'suspend', 'resume', 'mesh on'])
})
