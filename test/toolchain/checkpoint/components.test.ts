import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { componentsOf } from '../../../src-main/toolchain/checkpoint/components.ts'

const sorted = (components: number[][]): number[][] =>
  components.map((component) => component.sort((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!)

describe('strongly connected components', () => {
  it('are the nodes that reach each other', () => {
    const successors = [[1], [2, 3], [0], [4], [], [5], [4, 6]]
    expect(sorted(componentsOf({ successors }))).toEqual([[0, 1, 2], [3], [4], [5], [6]])
  })

  it('come behind those that they reach, in any graph', () => {
    const graphs = fc.nat(12).chain((count) =>
      fc.array(fc.array(fc.nat(Math.max(0, count - 1)), { maxLength: 4 }), {
        minLength: count,
        maxLength: count,
      }),
    )
    fc.assert(
      fc.property(graphs, (successors) => {
        const components = componentsOf({ successors })
        expect(components.flat().sort((a, b) => a - b)).toEqual(successors.map((_, node) => node))
        const reach = successors.map((_, from) => reachedFrom(successors, from))
        const place = new Map(components.flatMap((nodes, at) => nodes.map((node) => [node, at] as const)))
        for (const [from, reached] of reach.entries())
          for (const to of reached) {
            const together = reach[to]!.has(from)
            expect(place.get(to) === place.get(from)).toBe(together)
            if (!together) expect(place.get(to)).toBeLessThan(place.get(from)!)
          }
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  it('are found in a chain as long as a module may be', () => {
    const successors = Array.from({ length: 200_000 }, (_, node) => (node < 199_999 ? [node + 1] : []))
    expect(componentsOf({ successors }).length).toBe(200_000)
  })
})

function reachedFrom(successors: readonly (readonly number[])[], from: number): Set<number> {
  const reached = new Set([from])
  for (const node of reached) for (const next of successors[node] ?? []) reached.add(next)
  return reached
}
