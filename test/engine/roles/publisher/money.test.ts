import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unitText, type DonorKey, type UnitId } from '../../../../src-main/domain/ids.ts'
import type { PublisherStore, SealedRecord } from '../../../../src-main/engine/ports.ts'
import { cutter, type Cutter } from '../../../support/cut.ts'
import { ledgerOf } from '../../../support/fake-publisher-cores.ts'
import {
  Project,
  addWork,
  digests,
  forged,
  honest,
  lease,
  submit,
  type Rig,
} from '../../../support/publisher-rig.ts'
import { donorKey } from '../../../support/publisher-store.ts'

const DONORS = [1, 2, 3].map(donorKey)
const LIAR = donorKey(4)
const pair = (unit: UnitId, donor: DonorKey): string => `${unitText(unit)} ${donor}`

function sealedOf(store: PublisherStore, donor: DonorKey): SealedRecord[] {
  const records: SealedRecord[] = []
  for (let next = store.sealedRecord(donor, 0); next; next = store.sealedRecord(donor, records.length))
    records.push(next)
  return records
}

/** Every (unit, donor) on the ledger, checked block by block: roots, sums and sequences; each once. */
function ledgerPairs(project: Project, store: PublisherStore): string[] {
  const pairs: string[] = []
  const totals = new Map<string, bigint>()
  const sequences = new Map<string, number>()
  const donors = [...DONORS, LIAR]
  const sealed = donors.flatMap((donor) => sealedOf(store, donor)).sort((a, b) => a.index - b.index)
  const ledger = ledgerOf(project.bytes)
  expect(sealed.map(({ record }) => record)).toEqual(ledger)
  for (const [index, each] of sealed.entries()) {
    const { record, index: at } = each
    const units = store.sealedUnits(each)
    expect(at).toBe(index)
    expect(record.unitsRoot).toBe(digests.unitsRoot(units))
    expect(record.units).toBe(units.length)
    expect(record.sequence).toBe(sequences.get(record.donorKey) ?? 0)
    expect(record.cumulativeFuel).toBe((totals.get(record.donorKey) ?? 0n) + record.fuel)
    sequences.set(record.donorKey, record.sequence + 1)
    totals.set(record.donorKey, record.cumulativeFuel)
    pairs.push(...units.map((unit) => pair(unit, record.donorKey as DonorKey)))
  }
  expect(new Set(pairs).size).toBe(pairs.length)
  const sum = [...totals.values()].reduce((a, b) => a + b, 0n)
  expect(store.ledgerTotals()).toMatchObject({ records: ledger.length, grants: pairs.length, fuel: sum })
  return pairs.sort()
}

/** What donors remember: their units, and which of them the publisher acknowledged as verified. */
class Donors {
  readonly held = new Map<DonorKey, UnitId[]>()
  readonly acknowledged = new Set<string>()

  async lease(rig: Rig, donor: DonorKey): Promise<void> {
    const units = await lease(rig, donor)
    this.held.set(donor, [...(this.held.get(donor) ?? []), ...units])
  }

  async submit(rig: Rig, donor: DonorKey): Promise<void> {
    const units = this.held.get(donor) ?? []
    const standings = await submit(rig, donor, units.map(donor === LIAR ? (unit) => forged(unit) : honest))
    units.forEach((unit, i) => {
      if (standings[i] === 'verified') this.acknowledged.add(pair(unit, donor))
    })
  }
}

/** Runs steps in order; those that fail because the process is dead are skipped. */
async function attempt(cut: Cutter, steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps)
    try {
      await step()
    } catch (error) {
      if (!cut.dead) throw error
      return
    }
}

describe('a grant is on the ledger exactly once', () => {
  it('wherever the publisher is killed', { timeout: 120_000 }, async () => {
    const prepared = new Project()
    await addWork(await prepared.start(), 1)
    prepared.close()
    for (let at = 1; ; at++) {
      const project = prepared.copy()
      const donors = new Donors()
      const cut = cutter(at)
      await attempt(cut, [
        async () => {
          const rig = await project.start({ wrap: cut.wrap })
          await attempt(cut, [
            ...[LIAR, ...DONORS].map((donor) => () => donors.lease(rig, donor)),
            ...[LIAR, ...DONORS].map((donor) => () => donors.submit(rig, donor)),
            ...DONORS.map((donor) => () => donors.lease(rig, donor)),
            ...DONORS.map((donor) => () => donors.submit(rig, donor)),
            () => rig.timers.fire(),
            ...DONORS.map((donor) => () => donors.submit(rig, donor)),
            () => rig.timers.fire(),
          ])
        },
      ])
      const acknowledgedBefore = [...donors.acknowledged]

      const rig = await project.start()
      for (const donor of [LIAR, ...DONORS]) await donors.lease(rig, donor)
      for (const donor of [LIAR, ...DONORS, ...DONORS]) await donors.submit(rig, donor)
      for (const donor of DONORS) await donors.lease(rig, donor)
      for (const donor of [...DONORS, ...DONORS]) await donors.submit(rig, donor)
      await rig.publisher.close()
      const granted = ledgerPairs(project, rig.store)
      project.close()
      expect(granted).toEqual(expect.arrayContaining(acknowledgedBefore))
      expect(granted).toEqual([...donors.acknowledged].sort())
      expect(granted.some((text) => text.includes(LIAR))).toBe(false)
      if (!cut.dead) {
        // The last round was not cut: every step before it was.
        expect(at).toBeGreaterThan(80)
        return
      }
    }
  })

  it('when power takes the ledger’s tail, with the same bytes in the same places', async () => {
    const project = new Project()
    const rig = await project.start()
    await addWork(rig, 3, 1)
    for (let round = 0; round < 3; round++) {
      await submit(rig, DONORS[0]!, (await lease(rig, DONORS[0]!, 1)).map(honest))
      await rig.timers.fire()
    }
    const whole = [...project.bytes.ledger]
    expect(whole).toHaveLength(3)
    project.bytes.ledger.splice(1)
    await project.start()
    expect(project.bytes.ledger).toEqual(whole)
  })

  it('when the ledger cannot be appended for a while', async () => {
    const project = new Project()
    let broken = true
    const wrap = <T extends object>(part: T): T =>
      'flushLedger' in part
        ? {
            ...part,
            flushLedger: () =>
              broken ? Promise.reject(new Error('disk')) : (part.flushLedger as () => Promise<void>)(),
          }
        : part
    const rig = await project.start({ wrap })
    await addWork(rig, 1, 1)
    const [donor] = DONORS
    await submit(rig, donor!, (await lease(rig, donor!)).map(honest))
    await rig.timers.fire()
    await rig.timers.fire()
    expect(rig.logged).toContain('error seal-failed')
    expect(rig.network.granted).toEqual([])
    expect(
      rig.publisher.donorHandlers.grants({ donorKey: donor!, deviceKey: donor! }, { fromSequence: 0 }).grants,
    ).toEqual([])
    broken = false
    await rig.timers.fire()
    expect(rig.network.granted).toEqual([[donor]])
    expect(ledgerPairs(project, rig.store)).toHaveLength(1)
  })

  it('whatever donors do, in any order', { timeout: 60_000 }, async () => {
    const action = fc.record({
      donor: fc.nat(3),
      what: fc.constantFrom('lease', 'submit', 'lapse', 'restart', 'seal'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), async (actions) => {
        const project = new Project()
        let rig = await project.start()
        await addWork(rig, 5)
        const donors = new Donors()
        for (const { donor: number, what } of actions) {
          const donor = [...DONORS, LIAR][number]!
          if (what === 'lease') await donors.lease(rig, donor)
          else if (what === 'submit') await donors.submit(rig, donor)
          else if (what === 'lapse') project.now += 4 * 60 * 60 * 1000
          else if (what === 'restart') rig = await project.start()
          else await rig.timers.fire()
        }
        for (const donor of DONORS) await donors.submit(rig, donor)
        const { batches } = rig.publisher.status
        const states = [...Array(5).keys()].map((index) => rig.store.unit({ batch: 0, index }))
        expect(batches[0]).toMatchObject({
          unsent: states.filter(({ state }) => state === 'unsent').length,
          leased: states.filter((unit) => unit.state === 'leased' && unit.votes === 0).length,
          pending: states.filter((unit) => unit.state === 'leased' && unit.votes > 0).length,
          verified: states.filter(({ state }) => state === 'verified').length,
        })
        for (const donor of DONORS) {
          const leased = [...Array(5).keys()].filter(
            (index) => rig.store.copy({ batch: 0, index }, donor)?.standing === 'leased',
          )
          expect(rig.store.donor(donor).leased).toBe(leased.length)
        }
        await rig.publisher.close()
        const granted = ledgerPairs(project, project.reopen())
        expect(granted).toEqual(expect.arrayContaining([...donors.acknowledged]))
        const byUnit = new Map<string, number>()
        for (const text of granted) byUnit.set(text.slice(0, 3), (byUnit.get(text.slice(0, 3)) ?? 0) + 1)
        for (const count of byUnit.values()) expect(count).toBeGreaterThanOrEqual(2)
      }),
      { seed: 21, numRuns: 25 },
    )
  })
})
