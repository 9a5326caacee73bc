import { expect, it } from 'vitest'
import { PowerswarmError } from '../../../../src-main/domain/errors.ts'
import type { UnitId } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { DonorHome, ok, unit } from '../../../support/donor-rig.ts'

it('asks for more when results made room, without waiting for the publisher’s delay', async () => {
  const opened = await new DonorHome().start([])
  const { connection, pass, running } = opened
  const offered = [0, 1, 2, 3, 4, 5].map(unit)
  let held: UnitId[] = []
  // As a publisher answers who may hold two units at a time: what it has again when there is nothing new.
  connection.lease = (request) => {
    connection.leaseRequests.push(request)
    const units = offered.splice(0, Math.min(request.units, 2 - held.length))
    held.push(...units)
    return Promise.resolve({ units: units.length > 0 ? units : held, expiresAt: 1e12, retryAfterMs: 60_000 })
  }
  const { submit } = connection
  connection.submit = (results) => {
    held = held.filter(({ index }) => results.every((result) => result.unit.index !== index))
    return submit(results)
  }
  await pass(2_000)
  for (let count = 1; count <= 6; count++) {
    await running(count)
    opened.slot.end(ok)
    await pass(LIMITS.saveResultsEveryMs)
  }
  expect(connection.submitted).toHaveLength(6)
  expect(opened.timers.nowMs).toBeLessThan(60_000)
})

it('asks less and less often while there is nothing, and within a tenth of the delay when it is told of new work', async () => {
  const opened = await new DonorHome().start([])
  const { connection, pass } = opened
  await pass(60_000)
  const idle = connection.leaseRequests.length
  expect(idle).toBeGreaterThan(6)
  expect(idle).toBeLessThan(16)
  connection.addWork([unit(0)])
  await pass(1000 / 10)
  await opened.running(1)
  expect(opened.runs).toHaveLength(1)
})

it('leaves a publisher that has nothing alone for as long as it wants', async () => {
  const opened = await new DonorHome().start([])
  const { connection, pass } = opened
  connection.lease = (request) => {
    connection.leaseRequests.push(request)
    return Promise.resolve({ units: [], expiresAt: 0, retryAfterMs: 120_000 })
  }
  await pass(10_000)
  const before = connection.leaseRequests.length
  await pass(100_000)
  expect(connection.leaseRequests).toHaveLength(before)
  await pass(80_000)
  expect(connection.leaseRequests).toHaveLength(before + 1)
})

it('leaves it alone from the answer on, however long that was on its way', async () => {
  const opened = await new DonorHome().start([])
  const { connection, pass, timers } = opened
  const asked: number[] = []
  connection.lease = (request) => {
    connection.leaseRequests.push(request)
    asked.push(timers.nowMs)
    const answer = { units: [], expiresAt: 0, retryAfterMs: 120_000 }
    return new Promise((resolve) =>
      timers.after(100_000, () => {
        resolve(answer)
      }),
    )
  }
  await pass(400_000)
  expect(asked.length).toBeGreaterThan(1)
  for (const [i, at] of asked.slice(1).entries()) expect(at - asked[i]!).toBeGreaterThanOrEqual(220_000)
})

it('tries again what failed, after a while', async () => {
  const opened = await new DonorHome().start([unit(0)])
  const { connection, pass } = opened
  const { submit } = connection
  let refusals = 0
  connection.submit = () => {
    refusals++
    return Promise.reject(new PowerswarmError('busy', 'not now'))
  }
  await opened.running(1)
  opened.slot.end(ok)
  await pass(LIMITS.tendEveryMs)
  expect(refusals).toBeGreaterThan(0)
  expect(refusals).toBeLessThan(5)
  connection.submit = submit
  await pass(2 * LIMITS.tendEveryMs)
  expect(connection.submitted).toHaveLength(1)
})
