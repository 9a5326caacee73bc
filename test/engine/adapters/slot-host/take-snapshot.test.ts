import { describe, expect, it } from 'vitest'
import type { SnapshotStart } from '../../../../src-main/contracts/slot.ts'
import { takeSnapshot } from '../../../../src-main/engine/adapters/slot-host/take-snapshot.ts'

/** A slot that answers with this start, and with these pieces one by one. */
function giving(start: SnapshotStart, ...pieces: readonly (readonly number[])[]) {
  const asked: number[] = []
  const program = {
    snapshot: () => Promise.resolve(start),
    snapshotPiece: ({ at }: { at: number }) => {
      asked.push(at)
      return Promise.resolve(Uint8Array.from(pieces[asked.length - 1] ?? []))
    },
  }
  return { asked, taken: takeSnapshot(program, 10) }
}
const first = Uint8Array.of(1, 2)

describe('a snapshot that comes from a slot', () => {
  it('is what came at once, or nothing', async () => {
    expect(await giving({ run: 0 }).taken).toEqual({ run: 0 })
    expect(await giving({ run: 3, bytes: first }).taken).toEqual({ run: 3, bytes: first })
  })

  it('is put together from its pieces', async () => {
    const { asked, taken } = giving({ run: 3, bytes: first, length: 5 }, [3], [4, 5])
    expect(await taken).toEqual({ run: 3, bytes: Uint8Array.of(1, 2, 3, 4, 5) })
    expect(asked).toEqual([2, 3])
    expect(await giving({ run: 3, bytes: first, length: 2 }).taken).toEqual({ run: 3, bytes: first })
  })

  it('is none when the slot has dropped it on the way', async () => {
    expect(await giving({ run: 3, bytes: first, length: 5 }, [3]).taken).toEqual({ run: 0 })
    expect(await giving({ run: 3, bytes: new Uint8Array(), length: 5 }).taken).toEqual({ run: 0 })
  })

  it('is refused when it is longer than it says', async () => {
    for (const pieces of [
      [[3, 4, 5, 6]],
      [
        [3, 4],
        [5, 6],
      ],
    ])
      await expect(giving({ run: 3, bytes: first, length: 5 }, ...pieces).taken).rejects.toMatchObject({
        code: 'bad-record',
      })
  })
})
