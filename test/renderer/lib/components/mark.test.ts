import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { swarm } from '../../../../src-renderer/lib/components/mark.ts'

it('draws the same points as the app icon', () => {
  const svg = readFileSync(new URL('../../../../resources/icons/src/app.svg', import.meta.url), 'utf8')
  const points = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map((match) =>
    match.slice(1).map(Number),
  )
  const scale = 3.9
  const expected = swarm().map(({ x, y, r }) => [256 + (x - 50) * scale, 256 + (y - 50.5) * scale, r * scale])
  expect(points).toHaveLength(expected.length)
  for (const [index, point] of points.entries())
    for (const [place, value] of point.entries()) expect(value).toBeCloseTo(expected[index]![place]!, 1)
})

it('stays inside its square', () => {
  for (const { x, y, r } of swarm()) {
    expect(Math.min(x, y) - r).toBeGreaterThan(0)
    expect(Math.max(x, y) + r).toBeLessThan(100)
  }
})
