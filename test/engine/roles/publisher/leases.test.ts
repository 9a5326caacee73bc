import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import { Project, addWork, honest, lease, remote, submit } from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const A = donorKey(1)
const B = donorKey(2)
const C = donorKey(3)

describe('a lease', () => {
  it('that is given back goes to another donor at once, and a late result still counts', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await lease(rig, B)
    expect(await lease(rig, C)).toEqual([])
    await rig.publisher.donorHandlers.giveBack(remote(B), { units })
    expect(await lease(rig, C)).toEqual([])
    project.now += LIMITS.giveBackAfterMs
    await rig.publisher.donorHandlers.giveBack(remote(B), { units: [...units, { batch: 0, index: 77 }] })
    expect(await lease(rig, C)).toEqual(units)
    expect(await submit(rig, A, units.map(honest))).toEqual(['pending'])
    expect(await submit(rig, B, units.map(honest))).toEqual(['verified'])
    expect(await submit(rig, C, units.map(honest))).toEqual(['verified'])
  })

  it('can be given back only by the machine that has it', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await lease(rig, B)
    project.now += LIMITS.giveBackAfterMs
    await rig.publisher.donorHandlers.giveBack(remote(B, 1), { units })
    await rig.publisher.donorHandlers.giveBack(remote(C), { units })
    expect(await lease(rig, C)).toEqual([])
  })

  it('that ran out while the publisher was away is taken away only when its donor had time to come back', async () => {
    const project = new Project()
    let rig = await project.start()
    await addWork(rig, 1)
    const units = await lease(rig, A)
    await lease(rig, B)
    project.now += LIMITS.leaseMs
    rig = await project.start()
    expect(await lease(rig, C)).toEqual([])
    expect(await submit(rig, A, units.map(honest))).toEqual(['pending'])
    project.now += LIMITS.returnMs
    expect(await lease(rig, C)).toEqual(units)
  })

  it('leaves enough of a small batch for other donors', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 300)
    for (const donor of [A, B, A, B, A, B]) {
      await submit(rig, donor, (await lease(rig, donor)).map(honest))
      project.now += 1000
    }
    const { verified } = rig.publisher.status.batches[0]!
    expect(verified).toBeGreaterThan(30)
    rig.network.connected.push(remote(A), remote(B), remote(C))
    const copiesLeft = 2 * (300 - verified)
    expect(await lease(rig, A)).toHaveLength(Math.ceil(copiesLeft / 6))
    expect(copiesLeft / 6).toBeLessThan(100)
  })

  it('is smaller for new keys that come from one address in numbers, and not for others', async () => {
    const rig = await new Project().start()
    await addWork(rig, 5_000)
    const at = async (key: number, address: string): Promise<number> => {
      const donor = { ...remote(donorKey(key)), address }
      const { units } = await rig.publisher.donorHandlers.lease(donor, { units: 100, fuelCapacity: 0n })
      return units.length
    }
    let held = 0
    for (let key = 100; key < 130; key++) held += await at(key, '198.51.100.7')
    expect(held).toBe(LIMITS.unprovenUnitsPerAddress)
    expect(await at(200, '198.51.100.7')).toBe(0)
    expect(await at(201, '203.0.113.9')).toBe(LIMITS.firstUnits)
    rig.store.transact(() => {
      rig.store.saveTrust(donorKey(202), {
        ...rig.store.trust(donorKey(202)),
        proven: LIMITS.establishedResults,
      })
    })
    expect(await at(202, '198.51.100.7')).toBe(100)
    await submit(
      rig,
      donorKey(100),
      rig.store.leasedTo(donorKey(100)).map(({ unit }) => honest(unit)),
    )
    expect(await at(200, '198.51.100.7')).toBe(LIMITS.firstUnits)
  })

  it('tells donors to ask again so late that a thousand of them ask seventeen times a second', async () => {
    const rig = await new Project().start()
    const ask = async (donors: number): Promise<number> => {
      rig.network.connected.length = 0
      for (let i = 0; i < donors; i++) rig.network.connected.push(remote(A, i))
      return (await rig.publisher.donorHandlers.lease(remote(A), { units: 1, fuelCapacity: 0n })).retryAfterMs
    }
    expect(await ask(1)).toBe(1_000)
    expect(await ask(100)).toBe(6_000)
    expect(await ask(1_000)).toBe(60_000)
    expect(await ask(8_000)).toBe(60_000)
  })
})
