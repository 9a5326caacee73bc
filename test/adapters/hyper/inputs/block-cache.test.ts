import { describe, expect, it } from 'vitest'
import { BlockCache } from '../../../../src-main/engine/adapters/hyper/inputs/block-cache.ts'
import { hex } from '../../../support/publisher-store.ts'

const [A, B] = [hex(1), hex(2)]

function cacheOf(max: number): { readonly cache: BlockCache; readonly dropped: string[] } {
  const dropped: string[] = []
  const cache = new BlockCache(max, (key, block) => dropped.push(`${key === A ? 'A' : 'B'}${String(block)}`))
  return { cache, dropped }
}

describe('blocks on disk', () => {
  it('are dropped beyond the limit, the one used longest ago first', () => {
    const { cache, dropped } = cacheOf(3)
    for (const block of [1, 2, 3]) cache.use(A, block)
    cache.use(A, 1)
    expect(dropped).toEqual([])
    cache.use(B, 1)
    cache.use(B, 2)
    expect(dropped).toEqual(['A2', 'A3'])
  })

  it('of a core that is gone do not count', () => {
    const { cache, dropped } = cacheOf(2)
    cache.use(A, 1)
    cache.use(A, 2)
    cache.forget(A)
    cache.use(B, 1)
    cache.use(B, 2)
    expect(dropped).toEqual([])
    cache.use(B, 3)
    expect(dropped).toEqual(['B1'])
  })
})
