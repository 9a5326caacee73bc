import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNudge } from '../../../src-main/main/windows/nudge.ts'
import { placeNearTray } from '../../../src-main/main/windows/placement.ts'

const size = { width: 380, height: 560 }
const nowhere = { x: 0, y: 0, width: 0, height: 0 }
const workArea = { x: 0, y: 30, width: 1920, height: 1050 }

test('opens under a tray at the top, in the middle of its icon', () => {
  const tray = { x: 1000, y: 0, width: 22, height: 30 }
  expect(placeNearTray(size, tray, { x: 0, y: 0 }, workArea)).toEqual({ x: 821, y: 38, ...size })
})

test('opens above the cursor at the bottom where the tray’s place is unknown', () => {
  const place = placeNearTray(size, nowhere, { x: 1900, y: 1070 }, workArea)
  expect(place).toEqual({ x: 1532, y: 502, ...size })
})

test('shrinks into a work area that is too small', () => {
  const small = { x: 100, y: 100, width: 300, height: 300 }
  const place = placeNearTray(size, nowhere, { x: 0, y: 0 }, small)
  expect(place).toEqual({ x: 108, y: 108, width: 284, height: 284 })
})

test('is always wholly inside the work area', () => {
  const coordinate = fc.integer({ min: -4000, max: 4000 })
  const area = fc.record({
    x: coordinate,
    y: coordinate,
    width: fc.integer({ min: 100, max: 4000 }),
    height: fc.integer({ min: 100, max: 4000 }),
  })
  fc.assert(
    fc.property(fc.record({ x: coordinate, y: coordinate }), area, (cursor, workArea) => {
      const place = placeNearTray(size, nowhere, cursor, workArea)
      expect(place.x).toBeGreaterThanOrEqual(workArea.x)
      expect(place.y).toBeGreaterThanOrEqual(workArea.y)
      expect(place.x + place.width).toBeLessThanOrEqual(workArea.x + workArea.width)
      expect(place.y + place.height).toBeLessThanOrEqual(workArea.y + workArea.height)
    }),
    { seed: 5 },
  )
})

test.each([
  [{ x: 5, y: 5 }, false, 'no travel: a key'],
  [{ x: 6, y: 5 }, true, 'one pixel'],
  [{ x: 13, y: 5 }, true, 'eight pixels'],
  [{ x: 14, y: 5 }, false, 'nine pixels'],
])('pointer at %o is a nudge: %s (%s)', (to, expected) => {
  expect(isNudge({ x: 5, y: 5 }, to)).toBe(expected)
})
