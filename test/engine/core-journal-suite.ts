import { expect, it } from 'vitest'
import type { CoreJournal } from '../../src-main/engine/ports.ts'

const block = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)
const plain = (rows: ReturnType<CoreJournal['from']>) =>
  rows.map(({ index, block: bytes }) => ({ index, bytes: [...bytes] }))

/** What every journal does. `open` makes an empty one; the caller closes what it opened. */
export function describeCoreJournal(open: () => CoreJournal): void {
  it('starts empty, each core by itself', () => {
    const journal = open()
    journal.record('a', [block(1)])
    expect([journal.length('b'), journal.firstKept('b'), journal.from('b', 0)]).toEqual([0, 0, []])
  })

  it('numbers blocks on from the last one and gives them back in order', () => {
    const journal = open()
    expect(journal.record('a', [block(1), block(2, 2)])).toBe(0)
    expect(journal.record('a', [block(3)])).toBe(2)
    expect(journal.length('a')).toBe(3)
    expect(plain(journal.from('a', 1))).toEqual([
      { index: 1, bytes: [2, 2] },
      { index: 2, bytes: [3] },
    ])
  })

  it('forgets rows below an index but never the length', () => {
    const journal = open()
    journal.record('a', [block(1), block(2), block(3)])
    journal.discardBelow('a', 2)
    expect([journal.firstKept('a'), journal.length('a')]).toEqual([2, 3])
    expect(plain(journal.from('a', 0))).toEqual([{ index: 2, bytes: [3] }])
  })

  it('goes on numbering when every row is gone, and forgetting twice changes nothing', () => {
    const journal = open()
    journal.record('a', [block(1), block(2)])
    journal.discardBelow('a', 2)
    journal.discardBelow('a', 1)
    expect([journal.firstKept('a'), journal.length('a')]).toEqual([2, 2])
    expect(journal.record('a', [block(9)])).toBe(2)
    expect(plain(journal.from('a', 0))).toEqual([{ index: 2, bytes: [9] }])
  })

  it('keeps its own copy of a block', () => {
    const journal = open()
    const bytes = block(1, 2)
    journal.record('a', [bytes])
    bytes[0] = 9
    expect(plain(journal.from('a', 0))).toEqual([{ index: 0, bytes: [1, 2] }])
  })

  it('takes an empty list of blocks as nothing', () => {
    const journal = open()
    journal.record('a', [block(1)])
    expect(journal.record('a', [])).toBe(1)
    expect(journal.length('a')).toBe(1)
  })
}
