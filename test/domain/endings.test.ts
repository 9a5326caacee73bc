import { describe, expect, it } from 'vitest'
import { Endings } from '../../src-main/domain/endings.ts'

const unit = (batch: number, index: number) => ({ batch, index })

describe('what was taken back', () => {
  it('is the units of a batch that are named, or all of them', () => {
    const endings = new Endings()
    expect(endings.some).toBe(false)
    endings.add({ type: 'cancel', batch: 1, indexes: [3, 5] })
    endings.add({ type: 'cancel', batch: 2, indexes: [] })
    expect([unit(1, 3), unit(1, 4), unit(2, 9), unit(0, 3)].map((each) => endings.has(each))).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect(endings.hasBatch(1)).toBe(false)
    expect([...endings.unitsOf(1)]).toEqual([3, 5])
    expect([...endings.unitsOf(2)]).toEqual([])
    expect(endings.some).toBe(true)
  })

  it('is everything once the project is closed', () => {
    const endings = new Endings()
    endings.add({ type: 'close', at: 1 })
    expect([endings.closed, endings.some, endings.has(unit(0, 0))]).toEqual([true, true, true])
  })
})
