import fc from 'fast-check'
import { expect, it } from 'vitest'
import { unitText, type UnitId } from '../../../../src-main/domain/ids.ts'
import { SortedPool } from '../../../../src-main/engine/adapters/sqlite/publisher/live/sorted-pool.ts'

type Place = readonly [key: number, unit: UnitId]

function listed(pool: SortedPool, from = 0, limit = Infinity): string[] {
  const found: string[] = []
  pool.visit(from, (key, unit) => {
    if (found.length >= limit) return false
    found.push(`${key} ${unitText(unit)}`)
    return true
  })
  return found
}

const byPlace = ([a, u]: Place, [b, v]: Place): number => a - b || u.batch - v.batch || u.index - v.index
const texts = (places: readonly Place[]): string[] => places.map(([key, unit]) => `${key} ${unitText(unit)}`)

/** Keys below `keys`, so that many are equal when there are few. */
const changes = (keys: number) =>
  fc.array(fc.record({ add: fc.boolean(), key: fc.nat(keys), batch: fc.nat(2), index: fc.nat(40) }), {
    minLength: 1,
    maxLength: 4000,
    size: 'max',
  })

it.each([5, 2 ** 31])('holds what a sorted list holds, with keys up to %i', { timeout: 60_000 }, (keys) => {
  fc.assert(
    fc.property(changes(keys), fc.nat(keys), (list, from) => {
      const pool = new SortedPool()
      const model: Place[] = []
      for (const { add, key, batch, index } of list) {
        const unit = { batch, index }
        if (add) {
          pool.add(key, unit)
          model.push([key, unit])
          continue
        }
        pool.remove(key, unit)
        const place = model.findIndex(([k, u]) => k === key && unitText(u) === unitText(unit))
        if (place !== -1) model.splice(place, 1)
      }
      model.sort(byPlace)
      expect(pool.size).toBe(model.length)
      expect(listed(pool)).toEqual(texts(model))
      expect(listed(pool, from, 3)).toEqual(texts(model.filter(([key]) => key >= from).slice(0, 3)))
    }),
    { seed: 5, numRuns: 30 },
  )
})

it('takes keys that only grow, and gives them back from the front', () => {
  const pool = new SortedPool()
  for (let key = 0; key < 5_000; key++) pool.add(key, { batch: 0, index: key })
  for (let key = 0; key < 4_990; key++) pool.remove(key, { batch: 0, index: key })
  expect(pool.size).toBe(10)
  expect(listed(pool, 4_998)).toEqual(['4998 0.4998', '4999 0.4999'])
})
