import { describe, expect, it } from 'vitest'
import { arcOf, FULL_SWEEP_DEG, pointOn, ringLayout } from '../../../src-renderer/screensaver/rings.ts'

describe.each([1, 2, 3, 8, 16, 31, 64, 128])('%s units', (count) => {
  const rings = ringLayout(count)
  it('get a ring each, apart from each other and from the number in the middle', () => {
    expect(rings).toHaveLength(count)
    for (const [index, ring] of rings.entries()) {
      expect(ring.radius + ring.thickness / 2).toBeLessThan(500)
      expect(ring.radius - ring.thickness / 2).toBeGreaterThan(150)
      const inner = rings[index + 1]
      if (inner !== undefined) expect(ring.radius).toBeGreaterThan(inner.radius)
    }
  })
  it('have labels that do not touch, or none', () => {
    const [first, second] = rings
    if (first === undefined || second === undefined) return
    expect(first.fontSize).toBeLessThan(first.radius - second.radius)
  })
})

it('shows words where there is room for them', () => {
  expect(ringLayout(16)[0]?.fontSize).toBeGreaterThan(0)
  expect(ringLayout(64)[0]?.fontSize).toBe(0)
})

it('turns a fraction into its share of three quarters', () => {
  expect(arcOf({ fraction: 0, elapsedMs: 5 })).toEqual([0, 0])
  expect(arcOf({ fraction: 0.5, elapsedMs: 5 })).toEqual([0, 135])
  expect(arcOf({ fraction: 1.2, elapsedMs: 5 })).toEqual([0, FULL_SWEEP_DEG])
})

it('moves a unit of unknown progress only while it computes, and never past the end', () => {
  expect(arcOf({ elapsedMs: 4000 })).toEqual(arcOf({ elapsedMs: 4000 }))
  expect(arcOf({ elapsedMs: 5000 })[0]).toBeGreaterThan(arcOf({ elapsedMs: 4000 })[0])
  for (let elapsedMs = 0; elapsedMs < 300_000; elapsedMs += 777) {
    const [start, length] = arcOf({ elapsedMs })
    expect(start + length).toBeLessThanOrEqual(FULL_SWEEP_DEG)
  }
})

it('starts at twelve o’clock and goes clockwise', () => {
  expect(pointOn(400, 0).x).toBeCloseTo(500)
  expect(pointOn(400, 0).y).toBeCloseTo(100)
  expect(pointOn(400, 90).x).toBeCloseTo(900)
  expect(pointOn(400, 270).x).toBeCloseTo(100)
})
