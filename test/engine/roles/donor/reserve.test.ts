import { describe, expect, it } from 'vitest'
import { unitText } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { DonorHome, ok, projectKey, unit, type RunningDonor } from '../../../support/donor-rig.ts'

const HELD = [0, 1, 2]
/** Units 4 to 9 of ten are kept. */
const RESERVE = 6
const isKept = (index: number): boolean => index >= 4 && index <= 9

/** The donor was granted the three units that it was handed, and has no others. */
async function idle(home = new DonorHome()): Promise<RunningDonor> {
  const opened = await home.start(HELD.map(unit))
  const { connection, running, pass, store } = opened
  connection.say({ type: 'reserve', batch: 0, count: RESERVE })
  for (const count of [1, 2, 3]) {
    await running(count)
    opened.slot.end(ok)
    await pass(1_000)
  }
  connection.grant(HELD.map(unit), 1500n)
  await pass(5_000)
  expect(store.granted(projectKey).units).toBe(HELD.length)
  expect(opened.runs).toHaveLength(3)
  return opened
}
async function away(opened: RunningDonor): Promise<void> {
  opened.connection.setState('offline')
  await opened.pass(LIMITS.reserveAfterMs + LIMITS.tendEveryMs)
}
/** Computes what the donor takes by itself until it takes no more; answers the units. */
async function computeAll(opened: RunningDonor): Promise<number[]> {
  const before = opened.store.recentResults(20).length
  for (let runs = opened.runs.length; ;) {
    opened.slot.end(ok)
    await opened.pass(LIMITS.tendEveryMs)
    if (opened.runs.length === runs) break
    runs = opened.runs.length
  }
  const results = opened.store.recentResults(20)
  return results.slice(0, results.length - before).map((result) => result.unit.index)
}

describe('a donor that has nothing left to do while the publisher is away', () => {
  it('takes units of the reserve, each once, as many as it has proven, and submits them on return', async () => {
    const opened = await idle()
    const { connection, pass, store } = opened
    await away(opened)
    expect(opened.runs).toHaveLength(4)
    const units = await computeAll(opened)
    expect(units).toHaveLength(HELD.length)
    expect(new Set(units).size).toBe(units.length)
    expect(units.every(isKept)).toBe(true)
    expect(store.selfAssigned(projectKey)).toBe(units.length)
    connection.setState('connected')
    await pass(LIMITS.tendEveryMs)
    const submitted = connection.submitted.map((result) => result.unit.index).slice(HELD.length)
    expect([...submitted].sort()).toEqual([...units].sort())
  })

  it('goes on with them after a restart', async () => {
    const home = new DonorHome()
    const first = await idle(home)
    await away(first)
    const [taken] = first.store.leases(projectKey)
    expect(taken).toMatchObject({ selfAssigned: true })
    const opened = await home.start([], undefined, (connection) => {
      connection.setState('offline')
      // From its own disk.
      connection.module = () => Promise.resolve(Uint8Array.of(1))
    })
    await opened.running(1)
    expect(opened.runs[0]!.args).toEqual([String(100 + taken!.unit.index)])
  })

  it('waits half a minute, for most publishers come back sooner', async () => {
    const opened = await idle()
    opened.connection.setState('offline')
    await opened.pass(LIMITS.reserveAfterMs - LIMITS.tendEveryMs)
    expect(opened.runs).toHaveLength(3)
    opened.connection.setState('connected')
    opened.connection.setState('offline')
    await opened.pass(LIMITS.reserveAfterMs - LIMITS.tendEveryMs)
    expect(opened.runs).toHaveLength(3)
  })

  it('computes what it was handed first', async () => {
    const opened = await new DonorHome().start(HELD.map(unit))
    const { connection, running, store } = opened
    connection.say({ type: 'reserve', batch: 0, count: RESERVE })
    connection.grant([unit(3)], 500n)
    await running(1)
    await opened.pass(LIMITS.tendEveryMs)
    const handed = store.leases(projectKey).length
    expect(handed).toBe(HELD.length)
    await away(opened)
    expect(store.leases(projectKey).some(({ selfAssigned }) => selfAssigned)).toBe(false)
    await computeAll(opened)
    expect(opened.runs.map(({ args }) => Number(args[0]) - 100).slice(0, 3)).toEqual(HELD)
    expect(opened.runs).toHaveLength(4)
  })

  it('takes nothing while the publisher is there, without credit, or of a reserve that was released', async () => {
    const there = await idle()
    await there.pass(10 * LIMITS.reserveAfterMs)
    expect(there.runs).toHaveLength(3)
    there.connection.say({ type: 'reserve', batch: 0, count: 0 })
    await away(there)
    expect(there.runs).toHaveLength(3)

    const fresh = await new DonorHome().start([unit(0)])
    fresh.connection.say({ type: 'reserve', batch: 0, count: RESERVE })
    await fresh.running(1)
    fresh.slot.end(ok)
    await fresh.pass(1_000)
    await away(fresh)
    expect(fresh.runs).toHaveLength(1)
  })

  it('takes nothing of a batch that was taken back', async () => {
    const opened = await idle()
    opened.connection.say({ type: 'cancel', batch: 0, indexes: [] })
    await away(opened)
    expect(opened.runs).toHaveLength(3)
  })
})

it('a unit that the publisher had no use for is computed again when it asks for it', async () => {
  const opened = await idle()
  const { connection, pass, store } = opened
  await away(opened)
  const [first] = await computeAll(opened)
  const refused = unit(first!)
  const { submit, lease } = connection
  connection.submit = async (results) => {
    await submit(results)
    return { standings: results.map(() => 'refused') }
  }
  connection.setState('connected')
  await pass(LIMITS.tendEveryMs)
  expect(store.result(projectKey, refused)).toMatchObject({ state: 'uncounted' })
  expect(store.selfAssigned(projectKey)).toBe(0)
  const runs = opened.runs.length
  let isTold = false
  connection.lease = async (request) => {
    const answer = await lease(request)
    const units = isTold ? [] : [refused]
    isTold = true
    return { ...answer, units }
  }
  await pass(60_000)
  expect(opened.runs).toHaveLength(runs + 1)
  expect(store.leases(projectKey).map((each) => unitText(each.unit))).toEqual([unitText(refused)])
})
