import { describe, expect, it } from 'vitest'
import type { DonorKey, UnitId } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import {
  addWork,
  forged,
  honest,
  lease,
  Project,
  remote,
  submit,
  type Rig,
} from '../../../support/publisher-rig.ts'
import { hex } from '../../../support/publisher-store.ts'

const [anna, bert, carl, dora] = [1, 2, 3, 4].map((n) => hex<DonorKey>(0xa0 + n)) as [
  DonorKey,
  DonorKey,
  DonorKey,
  DonorKey,
]
const UNITS = 300
const RESERVE = 10
const own = (index: number): UnitId => ({ batch: 0, index: UNITS - RESERVE + index })

interface Options {
  readonly quorum?: number
  readonly maxError?: number
  readonly reserve?: number
  readonly known?: readonly number[]
}

/** A batch whose last ten units are kept. */
async function withReserve(project: Project, options: Options = {}): Promise<Rig> {
  const { quorum = 2, reserve = RESERVE, maxError, known = [] } = options
  const rig = await project.start()
  const { addApp, addBatch } = rig.publisher.handlers
  await addApp({ name: 'mersenne', original: new Uint8Array(8), memoryLimitBytes: 65536 })
  await addBatch({
    app: 'mersenne',
    first: 0,
    count: UNITS,
    args: ['{n}'],
    quorum,
    reserve,
    maxFuel: 1000n,
    maxOutputBytes: 64,
    maxError,
    known: known.map((n) => {
      const { unit: _, engine: __, outcome, ...answer } = honest({ batch: 0, index: n })
      return { n, outcome: outcome as 'ok', ...answer }
    }),
  })
  return rig
}

function prove({ store }: Rig, donor: DonorKey, results: number): void {
  store.transact(() => {
    store.saveTrust(donor, { ...store.trust(donor), proven: results })
  })
}
const reserves = (project: Project): number[] =>
  project.bytes.project.flatMap((record) => (record.type === 'reserve' ? [record.count] : []))
const status = (rig: Rig) => rig.publisher.status.batches[0]!
/** Computes what the donor is given until that unit is among it. */
async function leaseUntil(rig: Rig, donor: DonorKey, wanted: UnitId): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const units = await lease(rig, donor, 16)
    const others = units.filter(({ index }) => index !== wanted.index)
    await submit(rig, donor, others.map(honest))
    if (others.length < units.length) return
  }
  throw new Error(`unit ${wanted.index} was not handed out`)
}

describe('the reserve', () => {
  it('is handed out last, says so, and is released: the batch ends', async () => {
    const project = new Project()
    const rig = await withReserve(project)
    expect(reserves(project)).toEqual([RESERVE])
    expect(status(rig)).toMatchObject({ unsent: UNITS, reserve: RESERVE })
    const seen: number[] = []
    for (let round = 0; status(rig).verified < UNITS && round < 100; round++)
      for (const donor of [anna, bert]) {
        const units = await lease(rig, donor, 16)
        seen.push(...units.map(({ index }) => index))
        if (Math.max(0, ...seen) < UNITS - RESERVE) expect(reserves(project)).toEqual([RESERVE])
        await submit(rig, donor, units.map(honest))
      }
    expect(status(rig)).toMatchObject({ verified: UNITS })
    expect(status(rig)).not.toHaveProperty('reserve')
    await new Promise((resolve) => setImmediate(resolve))
    expect(reserves(project)).toEqual([RESERVE, 0])
    const firstOwn = seen.findIndex((index) => index >= UNITS - RESERVE)
    expect(new Set(seen.slice(0, firstOwn)).size).toBe(UNITS - RESERVE)
  })

  it('counts with a result that the publisher asked for, grants both, and proves nothing', async () => {
    const rig = await withReserve(new Project())
    prove(rig, anna, 4)
    expect(await submit(rig, anna, [honest(own(3))])).toEqual(['pending'])
    expect(status(rig).pending).toBeGreaterThan(0)
    await leaseUntil(rig, carl, own(3))
    const proven = [anna, carl].map((donor) => rig.store.trust(donor).proven)
    expect(await submit(rig, carl, [honest(own(3))])).toEqual(['verified'])
    expect(rig.store.isGranted(own(3), anna) && rig.store.isGranted(own(3), carl)).toBe(true)
    expect([anna, carl].map((donor) => rig.store.trust(donor).proven)).toEqual([proven[0], proven[1]! + 1])
  })

  it('is refused to new keys, beyond what was proven, outside its range, and to whoever comes second', async () => {
    const rig = await withReserve(new Project())
    expect(await submit(rig, anna, [honest(own(0))])).toEqual(['refused'])
    prove(rig, anna, 4)
    const max = 4
    const all = Array.from({ length: RESERVE }, (_, i) => honest(own(i)))
    const standings = await submit(rig, anna, all)
    expect(standings.filter((standing) => standing === 'pending')).toHaveLength(max)
    expect(standings.slice(max)).toEqual(all.slice(max).map(() => 'refused'))
    expect(await submit(rig, anna, all.slice(0, 1))).toEqual(['pending'])
    expect(await submit(rig, bert, all.slice(0, 1))).toEqual(['refused'])
    expect(rig.store.copy(own(0), bert)).toBeUndefined()
    const live = { batch: 0, index: UNITS - RESERVE - 1 }
    expect(await submit(rig, bert, [honest(live), honest({ batch: 0, index: UNITS })])).toEqual([
      'refused',
      'refused',
    ])
  })

  it('is refused for a unit that somebody was handed: no accomplice can answer it', async () => {
    const rig = await withReserve(new Project())
    prove(rig, anna, 6)
    for (let key = 0xc000; status(rig).reserve !== undefined; key++) await lease(rig, hex<DonorKey>(key), 16)
    const inReserve = Array.from({ length: RESERVE }, (_, i) => own(i))
    const handedOut = inReserve.filter((unit) => rig.store.unit(unit).state !== 'unsent')
    expect(handedOut.length).toBeGreaterThan(0)
    const standings = await submit(
      rig,
      anna,
      handedOut.map((unit) => forged(unit)),
    )
    expect(new Set(standings)).toEqual(new Set(['refused']))
  })

  it('there is none with quorum 1: one donor alone could not end the batch', async () => {
    await expect(withReserve(new Project(), { quorum: 1 })).rejects.toMatchObject({ code: 'bad-argument' })
    await withReserve(new Project(), { quorum: 1, reserve: 0 })
  })

  it('is never accepted on the word of a donor that is trusted', async () => {
    const rig = await withReserve(new Project(), { maxError: 0.01 })
    prove(rig, anna, 500)
    const [live] = await lease(rig, anna, 1)
    await submit(rig, anna, [honest(live!)])
    expect(rig.store.unit(live!).state).toBe('trusted')
    expect(await submit(rig, anna, [honest(own(0))])).toEqual(['pending'])
    expect(rig.store.unit(own(0))).toMatchObject({ state: 'leased', votes: 1, wanted: 1 })
    // A new key does not settle it with him, though he is established.
    await leaseUntil(rig, carl, own(0))
    expect(await submit(rig, carl, [honest(own(0))])).toEqual(['pending'])
  })

  it('takes everything back from a donor whose result a quorum contradicts', async () => {
    const rig = await withReserve(new Project())
    prove(rig, anna, 4)
    await submit(rig, anna, [forged(own(2))])
    for (const donor of [carl, dora]) {
      await leaseUntil(rig, donor, own(2))
      await submit(rig, donor, [honest(own(2))])
    }
    expect(rig.store.unit(own(2)).state).toBe('verified')
    expect(rig.store.isGranted(own(2), anna)).toBe(false)
    expect(rig.store.trust(anna).proven).toBe(0)
    expect(await submit(rig, anna, [honest(own(5)), forged(own(2))])).toEqual(['refused', 'rejected'])
  })

  it.each(['found wrong', 'banned'])(
    'is withdrawn from a donor that is %s, and computed by others',
    async (why) => {
      const project = new Project()
      const rig = await withReserve(project)
      prove(rig, anna, 4)
      await submit(
        rig,
        anna,
        [0, 1, 2, 3].map((i) => forged(own(i))),
      )
      // This one is in somebody's hands already, and another one answered.
      await leaseUntil(rig, bert, own(3))
      if (why === 'banned') await rig.publisher.handlers.ban({ donor: anna })
      else
        await submit(
          rig,
          anna,
          (await lease(rig, anna, 1)).map((unit) => ({ ...honest(unit), fuel: 1001n })),
        )
      expect(rig.store.selfAssigned(anna)).toEqual([])
      for (const i of [0, 1, 2, 3]) {
        expect(rig.store.copy(own(i), anna)?.standing).toBe('uncounted')
        const votes = rig.store.votes(own(i)).length
        const live = i === 3 ? 1 : 0
        expect(rig.store.unit(own(i))).toMatchObject({ state: 'leased', votes, live, wanted: 2 - votes })
      }
      const again = await project.start()
      await submit(again, bert, [honest(own(3))])
      for (let round = 0; status(again).verified < UNITS && round < 100; round++)
        for (const donor of [bert, carl])
          await submit(again, donor, (await lease(again, donor, 16)).map(honest))
      expect(status(again)).toMatchObject({ verified: UNITS, unsent: 0, pending: 0, leased: 0 })
      for (const { output } of again.store.verifiedAfter(0, UNITS))
        expect(output).toMatchObject({ stdout: honest(output.unit).stdout })
    },
  )

  it('is a check of its donor where the answer is known, which tells nobody more than his own result', async () => {
    const rig = await withReserve(new Project(), { known: [UNITS - 1, UNITS - 2] })
    const known = [own(RESERVE - 1), own(RESERVE - 2)] as const
    expect(await submit(rig, bert, [forged(known[0])])).toEqual(['refused'])
    prove(rig, anna, 4)
    expect(await submit(rig, anna, [honest(known[0]), honest(own(0))])).toEqual(['uncounted', 'pending'])
    expect(rig.store.copy(known[0], anna)).toMatchObject({ standing: 'uncounted', selfAssigned: true })
    expect(rig.store.trust(anna).proven).toBe(4)
    expect(await submit(rig, anna, [forged(known[1])])).toEqual(['rejected'])
    expect(rig.store.trust(anna).proven).toBe(0)
    expect(rig.store.copy(own(0), anna)?.standing).toBe('uncounted')
    expect(rig.store.isGranted(known[0], anna)).toBe(false)
    const seen: UnitId[] = []
    for (let i = 0; i < 20; i++) {
      const units = await lease(rig, anna, 16)
      await submit(rig, anna, units.map(honest))
      seen.push(...units)
    }
    expect(seen.filter(({ index }) => index >= UNITS - 2)).toEqual([])
  })

  it('has no word to say on what was taken back, and none that cannot be', async () => {
    const rig = await withReserve(new Project())
    prove(rig, anna, 4)
    await rig.publisher.handlers.cancel({ units: [own(0)] })
    expect(await submit(rig, anna, [honest(own(0))])).toEqual(['refused'])
    const impossible = { ...honest(own(1)), fuel: 1001n }
    expect(await submit(rig, anna, [impossible])).toEqual(['rejected'])
    expect(rig.store.trust(anna).proven).toBe(0)
  })

  it('counts when the publisher was away, for a minute, and not while it is there', async () => {
    const project = new Project()
    const rig = await withReserve(project)
    prove(rig, anna, 8)
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 5_000) {
        project.now += 5_000
        await rig.timers.fire()
      }
    }
    const here = rig.network.connected
    here.push(remote(bert), remote(carl))
    await pass(LIMITS.returnMs - 5_000)
    expect(await submit(rig, anna, [honest(own(0))])).toEqual(['pending'])
    await pass(5_000)
    // One donor that comes and goes is no absence of the publisher.
    here.pop()
    await pass(LIMITS.reserveAfterMs)
    here.push(remote(anna))
    expect(await submit(rig, anna, [honest(own(1))])).toEqual(['refused'])
    expect(rig.store.copy(own(1), anna)).toBeUndefined()
    here.length = 0
    await pass(LIMITS.reserveAfterMs + 5_000)
    expect(await submit(rig, anna, [honest(own(1))])).toEqual(['refused'])
    here.push(remote(anna))
    expect(await submit(rig, anna, [honest(own(1))])).toEqual(['pending'])
    await pass(LIMITS.returnMs)
    expect(await submit(rig, anna, [honest(own(2))])).toEqual(['refused'])
    // The machine sleeps: nothing looks at its clock.
    project.now += 3_600_000
    expect(await submit(rig, anna, [honest(own(2))])).toEqual(['pending'])
  })

  it('outlives the publisher: what was taken stays taken, and counts once', async () => {
    const project = new Project()
    const first = await withReserve(project)
    prove(first, anna, 4)
    await submit(first, anna, [honest(own(0)), honest(own(1))])
    const rig = await project.start()
    expect(rig.store.selfAssigned(anna)).toEqual([own(0), own(1)])
    expect(rig.store.copy(own(0), anna)).toMatchObject({ standing: 'pending', selfAssigned: true })
    expect(reserves(project)).toEqual([RESERVE])
    expect(await submit(rig, anna, [honest(own(0))])).toEqual(['pending'])
    for (let round = 0; status(rig).verified < UNITS && round < 100; round++)
      for (const donor of [anna, carl]) await submit(rig, donor, (await lease(rig, donor, 16)).map(honest))
    expect(status(rig)).toMatchObject({ verified: UNITS, unsent: 0, pending: 0, leased: 0 })
    expect(rig.store.selfAssigned(anna)).toEqual([])
    const again = await project.start()
    expect(again.store.selfAssigned(anna)).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(reserves(project)).toEqual([RESERVE, 0])
    const grants = [...again.store.grants()].filter(({ unit }) => unit.index === own(0).index)
    expect(grants).toHaveLength(2)
  })

  it('is smaller than its batch, and none where there are inputs', async () => {
    await expect(withReserve(new Project(), { reserve: UNITS })).rejects.toMatchObject({
      code: 'bad-argument',
    })
    const rig = await new Project().start()
    await addWork(rig, 100)
    expect(status(rig)).not.toHaveProperty('reserve')
    const answer = await rig.publisher.donorHandlers.lease(remote(anna), { units: 100, fuelCapacity: 0n })
    expect(answer.units.length).toBeGreaterThan(0)
  })
})
