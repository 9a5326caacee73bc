import { expect, it } from 'vitest'
import { drift } from '../../../src-renderer/screensaver/drift.ts'

it('stays within three hundredths of the screen and moves too little in a second to be seen', () => {
  for (let t = 0; t < 3_600_000; t += 1000) {
    const here = drift(t, false)
    const next = drift(t + 1000, false)
    expect(Math.hypot(here.x, here.y)).toBeLessThan(4)
    expect(Math.max(Math.abs(here.x), Math.abs(here.y))).toBeLessThan(3)
    expect(Math.hypot(next.x - here.x, next.y - here.y)).toBeLessThan(0.1)
  }
})

it('leaves no place lit for long', () => {
  const places = Array.from({ length: 60 }, (_, minute) => drift(minute * 60_000, false))
  expect(new Set(places.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`)).size).toBeGreaterThan(50)
})

it('stands still for a minute and is put elsewhere then, when less motion is asked for', () => {
  expect(drift(61_000, true)).toEqual(drift(119_000, true))
  expect(drift(120_000, true)).not.toEqual(drift(119_000, true))
})
