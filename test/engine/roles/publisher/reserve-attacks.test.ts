import { describe, expect, it } from 'vitest'
import type { DonorKey, UnitId } from '../../../../src-main/domain/ids.ts'
import { forged, honest, lease, Project, remote, submit, type Rig } from '../../../support/publisher-rig.ts'
import { hex } from '../../../support/publisher-store.ts'

const DONORS = 64
const UNITS = 1_000_000
const RESERVE = 62_500
const TRIES = 12
/** Calls of the mate for each of the forger's units. */
const CALLS = 200
/** Waiting units are counted again. */
const MOMENT_MS = 100
const key = (n: number): DonorKey => hex<DonorKey>(0xa000 + n)
const [forger, mate] = [key(0), key(1)]

/** A large batch and donors that all have proven much, whose buffers are full; two of them know each other. */
async function swarm(reserve: number): Promise<{ rig: Rig; project: Project }> {
  const project = new Project()
  const rig = await project.start()
  const { addApp, addBatch } = rig.publisher.handlers
  await addApp({ name: 'mersenne', original: new Uint8Array(8), memoryLimitBytes: 65536 })
  await addBatch({
    app: 'mersenne',
    first: 0,
    count: UNITS,
    args: ['{n}'],
    quorum: 2,
    reserve,
    maxFuel: 10_000_000n,
    maxOutputBytes: 64,
  })
  for (let i = 0; i < DONORS; i++) rig.network.connected.push(remote(key(i)))
  const { store } = rig
  store.transact(() => {
    for (let i = 0; i < DONORS; i++) store.saveTrust(key(i), { ...store.trust(key(i)), proven: 1000 })
  })
  for (let i = 2; i < DONORS; i++) await lease(rig, key(i), 64)
  project.now += MOMENT_MS
  return { rig, project }
}

/** Wrong results that were verified: after each of the forger's the mate asks for one unit again and again. */
async function wrongResults(
  reserve: number,
  choose: (rig: Rig, i: number) => Promise<UnitId>,
): Promise<number> {
  const { rig, project } = await swarm(reserve)
  let wrong = 0
  let honestDonor = 2
  for (let i = 0; i < TRIES; i++) {
    const unit = await choose(rig, i)
    if ((await submit(rig, forger, [forged(unit)]))[0] !== 'pending') break
    for (let call = 0; call < CALLS; call++) {
      const got = await lease(rig, mate, 1)
      const isIt = got.some(({ index }) => index === unit.index)
      await submit(
        rig,
        mate,
        got.map((each) => (each.index === unit.index ? forged(each) : honest(each))),
      )
      if (isIt) break
      if (call % 50 > 0) continue
      project.now += MOMENT_MS
      const donor = key(honestDonor)
      honestDonor = honestDonor + 1 < DONORS ? honestDonor + 1 : 2
      await submit(rig, donor, (await lease(rig, donor, 16)).map(honest))
    }
    if (rig.store.copy(unit, forger)?.standing === 'verified') wrong += 1
  }
  return wrong
}

describe('a forger and his mate', () => {
  it('do no better with units of their choice than with those that they are handed', async () => {
    const handed = await wrongResults(0, async (rig) => (await lease(rig, forger, 1))[0]!)
    const chosen = await wrongResults(RESERVE, (_rig, i) =>
      Promise.resolve({ batch: 0, index: UNITS - 1 - i * 100 }),
    )
    // By luck he may be handed one; a lot drawn anew at each call gave him every one.
    expect(chosen).toBeLessThanOrEqual(handed + 2)
    expect(chosen).toBeLessThan(TRIES / 3)
  })

  it('lose all that the forger has placed when one of his results is found wrong', async () => {
    const { rig, project } = await swarm(RESERVE)
    const own = Array.from({ length: 250 }, (_, i) => ({ batch: 0, index: UNITS - 1 - i }))
    await submit(
      rig,
      forger,
      own.map((unit) => forged(unit)),
    )
    expect(rig.store.selfAssigned(forger)).toHaveLength(own.length)
    for (let i = 0; i < 4 * DONORS && rig.store.trust(forger).proven > 0; i++) {
      project.now += MOMENT_MS
      const donor = key(2 + (i % (DONORS - 2)))
      await submit(rig, donor, (await lease(rig, donor, 64)).map(honest))
    }
    expect(rig.store.trust(forger).proven).toBe(0)
    expect(rig.store.selfAssigned(forger)).toEqual([])
    // Those that others had answered already are decided by them.
    const standings = own.map((unit) => rig.store.copy(unit, forger)?.standing)
    expect(new Set(standings)).toEqual(new Set(['uncounted', 'rejected']))
    expect(standings.filter((standing) => standing === 'rejected').length).toBeLessThan(5)
  })
})
