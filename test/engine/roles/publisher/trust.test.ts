import { describe, expect, it } from 'vitest'
import { unitText, type DonorKey, type UnitId } from '../../../../src-main/domain/ids.ts'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { policyFor } from '../../../../src-main/domain/max-error.ts'
import { NEWCOMER } from '../../../../src-main/domain/trust.ts'
import { creditOf } from '../../../support/ledger-credit.ts'
import { Project, addWork, forged, honest, lease, submit, type Rig } from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const [A, B, C, D] = [1, 2, 3, 4].map(donorKey) as [DonorKey, DonorKey, DonorKey, DonorKey]
const MAX_ERROR = 0.003
const { provenPerAdvance } = policyFor(MAX_ERROR)
/** Results that an established donor of these tests is trusted with between two checks. */
const WINDOW = Math.max(4, Math.ceil(LIMITS.establishedResults / provenPerAdvance))
const batchOf = (rig: Rig): unknown => rig.publisher.status.batches[0]

/** As if these donors had proven enough for {@link WINDOW}. */
function establish({ store }: Rig, ...donors: readonly DonorKey[]): void {
  const proven = WINDOW * provenPerAdvance
  store.transact(() => {
    for (const donor of donors) store.saveTrust(donor, { ...NEWCOMER, proven })
  })
}

async function trusting(units: number, project = new Project()): Promise<Rig> {
  const rig = await project.start()
  await addWork(rig, units, 2, MAX_ERROR)
  return rig
}

/** A project in which A has answered its first window, with this one of its results forged, and B has got the check. */
async function firstWindow(lie: number): Promise<{
  readonly project: Project
  readonly rig: Rig
  readonly units: readonly UnitId[]
  readonly checked: UnitId
}> {
  const project = new Project()
  const rig = await trusting(2 * WINDOW, project)
  establish(rig, A, B, C, D)
  const units = await lease(rig, A)
  const answers = units.slice(0, WINDOW).map((unit, place) => (place === lie ? forged(unit) : honest(unit)))
  await submit(rig, A, answers)
  const [checked] = await lease(rig, B)
  return { project, rig, units, checked: checked! }
}

/** Leases and answers honestly until there is nothing left for these donors. */
async function finish(rig: Rig, ...donors: readonly DonorKey[]): Promise<void> {
  for (let idle = 0; idle < 40; idle++)
    for (const donor of donors) {
      await rig.timers.fire()
      const units = await lease(rig, donor)
      if (units.length > 0) await submit(rig, donor, units.map(honest))
    }
}

describe('a batch that trusts donors', () => {
  it('wants three equal results while nobody is established', async () => {
    const rig = await trusting(1)
    const [unit] = await lease(rig, A)
    expect(await lease(rig, B)).toEqual([])
    for (const donor of [A, B, C]) {
      if (donor !== A) expect(await lease(rig, donor)).toEqual([unit])
      const [standing] = await submit(rig, donor, [honest(unit!)])
      expect(standing).toBe(donor === C ? 'verified' : 'pending')
    }
    expect(batchOf(rig)).toMatchObject({ verified: 1 })
    expect(rig.store.trust(A)).toMatchObject({ proven: 1 })
  })

  it('accepts a window on trust, checks one result of it, and grants all of it with the check', async () => {
    const rig = await trusting(WINDOW)
    establish(rig, A, B)
    const units = await lease(rig, A)
    expect(units).toHaveLength(WINDOW)
    for (const unit of units) expect(await submit(rig, A, [honest(unit)])).toEqual(['pending'])
    expect(batchOf(rig)).toMatchObject({ acceptedOnTrust: WINDOW - 1, pending: 1, verified: 0 })
    expect([...rig.store.grants()]).toEqual([])

    const checked = await lease(rig, B)
    expect(checked).toHaveLength(1)
    expect(await submit(rig, B, checked.map(honest))).toEqual(['verified'])
    expect(batchOf(rig)).toMatchObject({ acceptedOnTrust: 0, verified: WINDOW })
    const granted = [...rig.store.grants()].map((grant) => `${grant.donorKey} ${unitText(grant.unit)}`)
    expect(granted.toSorted()).toEqual(
      [...units.map((unit) => `${A} ${unitText(unit)}`), `${B} ${unitText(checked[0]!)}`].toSorted(),
    )
    expect(await submit(rig, A, units.map(honest))).toEqual(units.map(() => 'verified'))
  })

  it('questions everything that rests on the word of a donor that fails a check', async () => {
    // The check of the first window passes the forged result by, as it may. Equal projects draw equally.
    const probe = await firstWindow(0)
    const { project, rig, units, checked } = probe.checked.index === 0 ? await firstWindow(1) : probe
    const lie = units[probe.checked.index === 0 ? 1 : 0]!
    expect(checked).not.toEqual(lie)
    await submit(rig, B, [honest(checked)])
    expect(rig.store.isGranted(lie, A)).toBe(true)

    // All of the second window is forged: whichever is drawn, the check fails.
    await submit(
      rig,
      A,
      units.slice(WINDOW).map((unit) => forged(unit)),
    )
    await finish(rig, B, C, D)
    expect(rig.store.trust(A)).toMatchObject({ proven: 0, disputes: 0 })
    expect(batchOf(rig)).toMatchObject({ acceptedOnTrust: 0 })
    await finish(rig, B, C, D)
    expect(rig.store.revocations().map(({ donorKey: key, unit }) => [key, unit.index])).toContainEqual([
      A,
      lie.index,
    ])
    await rig.timers.fire()
    expect(creditOf(rig, project, A)).toEqual(
      [...rig.store.grants()]
        .filter((grant) => grant.donorKey === A && grant.unit.index !== lie.index)
        .map(({ unit }) => unit.index)
        .toSorted((a, b) => a - b),
    )
    const page = await rig.publisher.handlers.results({ cursor: '', limit: 100 })
    const texts = new Map(page.units.map(({ index, stdout }) => [index, new TextDecoder().decode(stdout)]))
    for (const { index } of units) expect(texts.get(index)).toBe(`unit ${index}`)
  })

  it('hands what others answered to checkers only, once they do most of the work', async () => {
    const rig = await trusting(6000)
    const checkers = Array.from({ length: 12 }, (_, n) => donorKey(100 + n))
    establish(rig, ...checkers)
    for (let round = 0; round < 3; round++)
      for (const checker of checkers) await submit(rig, checker, (await lease(rig, checker, 256)).map(honest))
    const drawn = rig.publisher.status.batches[0]!.pending
    expect(drawn).toBeGreaterThan(100)
    const fresh = await lease(rig, A, 16)
    expect(fresh).toHaveLength(16)
    for (const unit of fresh) expect(rig.store.holders(unit)).toEqual([A])
  })

  it('goes on where it was after a restart, and closes windows that nobody fills', async () => {
    const project = new Project()
    const rig = await trusting(WINDOW - 1, project)
    establish(rig, A, B)
    const units = await lease(rig, A)
    await submit(rig, A, units.map(honest))
    expect(batchOf(rig)).toMatchObject({ acceptedOnTrust: WINDOW - 1 })
    await rig.publisher.close()

    const again = await project.start()
    expect(batchOf(again)).toMatchObject({ acceptedOnTrust: WINDOW - 1 })
    expect(again.store.trust(A)).toMatchObject({ held: WINDOW - 1 })
    await finish(again, B)
    expect(batchOf(again)).toMatchObject({ verified: WINDOW - 1, acceptedOnTrust: 0 })
  })

  it('takes a late result as a check of a unit that rests on another’s word', async () => {
    const project = new Project()
    const rig = await trusting(1, project)
    establish(rig, A, B, C, D)
    const [unit] = await lease(rig, B)
    project.now += LIMITS.leaseMs + 1
    expect(await lease(rig, A)).toEqual([unit])
    await submit(rig, A, [forged(unit!)])
    expect(batchOf(rig)).toMatchObject({ acceptedOnTrust: 1 })
    expect(await submit(rig, B, [honest(unit!)])).toEqual(['pending'])
    await finish(rig, C, D)
    expect(await submit(rig, A, [forged(unit!)])).toEqual(['rejected'])
    expect(await submit(rig, B, [honest(unit!)])).toEqual(['verified'])
    expect([...rig.store.grants()].map((grant) => grant.donorKey).includes(A)).toBe(false)
  })
})

describe('units with known answers', () => {
  const known = Array.from({ length: 50 }, (_, index) => {
    const { exitCode, fuel, stdout } = honest({ batch: 1, index })
    return { n: 100 + index, outcome: 'ok' as const, exitCode, fuel, stdout }
  })
  const batch = { app: 'mersenne', first: 100, count: 400, args: ['{n}'], quorum: 2, maxFuel: 1000n }

  it('are verified from the start, and check donors, who cannot tell', async () => {
    const rig = await trusting(1)
    await rig.publisher.handlers.addBatch({ ...batch, maxOutputBytes: 64, known })
    expect(rig.publisher.status.batches[1]).toMatchObject({ verified: 50, unsent: 350 })
    rig.store.transact(() => {
      rig.store.saveTrust(A, { ...NEWCOMER, proven: 200 })
    })
    const isKnown = ({ batch: number, index }: UnitId): boolean => number === 1 && index < 50
    const given: UnitId[] = []
    while (!given.some(isKnown)) {
      const units = await lease(rig, A, 64)
      if (units.length === 0) break
      given.push(...units)
      for (const unit of units.filter((each) => !isKnown(each))) await submit(rig, A, [honest(unit)])
    }
    const one = given.find(isKnown)!
    expect(rig.store.trust(A).proven).toBe(200)
    expect(await submit(rig, A, [forged(one)])).toEqual(['rejected'])
    expect(rig.store.trust(A).proven).toBe(0)

    for (let n = 0; n < 40 && rig.store.trust(B).proven === 0; n++)
      await submit(rig, B, (await lease(rig, B, 16)).filter(isKnown).map(honest))
    expect(rig.store.trust(B).proven).toBeGreaterThan(0)
    expect([...rig.store.grants()].every((grant) => grant.donorKey === B && isKnown(grant.unit))).toBe(true)
  })

  it.each([
    [{ ...known[0]!, n: 99 }, /number 99 is outside the batch/],
    [known[1]!, /number 101 comes twice/],
    [{ ...known[2]!, n: 300, fuel: 1001n }, /more fuel/],
    [{ ...known[2]!, n: 300, exitCode: 1 }, /contradicts/],
  ])('are refused when they cannot be answers of the batch', async (answer, words) => {
    const rig = await trusting(1)
    const adding = rig.publisher.handlers.addBatch({
      ...batch,
      maxOutputBytes: 64,
      known: [...known, answer],
    })
    await expect(adding).rejects.toMatchObject({
      code: 'bad-argument',
      message: expect.stringMatching(words) as string,
    })
    expect(rig.publisher.status.batches).toHaveLength(1)
  })
})

describe('the publisher’s own hand', () => {
  it('bans a donor, gives its units to others, and lets it come back as a newcomer', async () => {
    const rig = await trusting(4)
    establish(rig, A, B)
    const units = await lease(rig, A)
    await submit(rig, A, [honest(units[0]!)])
    await rig.publisher.handlers.ban({ donor: A })
    await rig.publisher.handlers.ban({ donor: A })
    await expect(lease(rig, A)).rejects.toMatchObject({ code: 'banned' })
    await expect(submit(rig, A, units.map(honest))).rejects.toMatchObject({ code: 'banned' })
    await finish(rig, B, C)
    expect(batchOf(rig)).toMatchObject({ leased: 0, unsent: 0, pending: 0 })
    expect(rig.store.holders(units[0]!).toSorted()).toEqual([A, B])
    const page = await rig.publisher.handlers.donors({ cursor: 0, limit: 10 })
    expect(page.donors).toMatchObject([
      { donor: A, banned: true, leased: 0 },
      { donor: B, banned: false, rejected: 0 },
      { donor: C },
    ])
    await rig.publisher.handlers.unban({ donor: A })
    await expect(rig.publisher.handlers.unban({ donor: A })).rejects.toMatchObject({ code: 'not-found' })
    expect(rig.store.trust(A).proven).toBe(0)
  })

  it('has units that ended without a decision computed anew by others', async () => {
    const rig = await new Project().start()
    await addWork(rig, 1)
    for (let n = 1; n <= LIMITS.hostFailuresMax; n++) {
      const [unit] = await lease(rig, donorKey(n))
      await submit(rig, donorKey(n), [
        { ...honest(unit!), outcome: 'host-failure', stdout: new Uint8Array() },
      ])
    }
    expect(batchOf(rig)).toMatchObject({ suspended: 1 })
    expect(await rig.publisher.handlers.retry({ batch: 0 })).toEqual({ units: 1 })
    expect(await rig.publisher.handlers.retry({ batch: 0 })).toEqual({ units: 0 })
    expect(await lease(rig, donorKey(1))).toEqual([])
    for (const n of [8, 9]) await submit(rig, donorKey(n), (await lease(rig, donorKey(n))).map(honest))
    expect(batchOf(rig)).toMatchObject({ suspended: 0, verified: 1 })
    const missing = rig.publisher.handlers.retry({ batch: 0, index: 0 })
    await expect(missing).rejects.toMatchObject({ code: 'not-found' })
    await expect(rig.publisher.handlers.retry({ batch: 7 })).rejects.toMatchObject({ code: 'not-found' })
  })
})
