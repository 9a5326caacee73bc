import { describe, expect, it } from 'vitest'
import { project, publishedExponents, work } from '../../scripts/demo/mersenne.mjs'
import { stallWatch } from '../../scripts/demo/progress.mjs'

describe('the demo', () => {
  it('searches the range that the app’s description names', () => {
    expect(work).toEqual({ units: 90, exponentsPerUnit: 50 })
    expect(project.argTemplate).toEqual(['{n}', '50'])
    expect(publishedExponents().at(-1)).toBe(4423)
  })

  it('gives up when nothing moves, and not before', () => {
    const stalled = stallWatch(100)
    expect(stalled('1', 0)).toBeUndefined()
    expect(stalled('1', 99)).toBeUndefined()
    expect(stalled('2', 150)).toBeUndefined()
    expect(stalled('2', 249)).toBeUndefined()
    expect(stalled('2', 251)).toBe(101)
  })
})
