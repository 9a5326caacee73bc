import { expect, it } from 'vitest'
import type { DonorKey } from '../../../../src-main/domain/ids.ts'
import { Lots } from '../../../../src-main/engine/roles/publisher/lots.ts'
import { digests } from '../../../support/publisher-rig.ts'
import { hex, unitAt } from '../../../support/publisher-store.ts'

const DONORS = 20
const UNITS = 200
const donors = Array.from({ length: DONORS }, (_, i) => hex<DonorKey>(0xa0 + i))

function pairs(lots: Lots): string[] {
  const units = Array.from({ length: UNITS }, (_, i) => unitAt(i))
  return units.flatMap((unit) =>
    donors.filter((donor) => lots.has(donor, unit, DONORS)).map((donor) => `${String(unit.index)} ${donor}`),
  )
}
const lotsOf = (seed: number): Lots => new Lots({ digests, randomWord: () => seed++ })

it('a lot is the same however often it is looked at, and another publisher draws others', () => {
  const lots = lotsOf(1)
  const first = pairs(lots)
  expect(pairs(lots)).toEqual(first)
  const others = new Set(pairs(lotsOf(100)))
  expect(first.filter((pair) => others.has(pair)).length).toBeLessThan(first.length / 2)
})

it('about one donor has the lot for a unit, each of them for about as many', () => {
  const all = pairs(lotsOf(1))
  expect(all.length).toBeGreaterThan(UNITS * 0.7)
  expect(all.length).toBeLessThan(UNITS * 1.3)
  for (const donor of donors) {
    const own = all.filter((pair) => pair.endsWith(donor)).length
    expect(own).toBeGreaterThan(0)
    expect(own).toBeLessThan(UNITS / 5)
  }
})
