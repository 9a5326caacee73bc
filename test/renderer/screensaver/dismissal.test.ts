import { expect, it } from 'vitest'
import { Dismissal } from '../../../src-renderer/screensaver/dismissal.ts'

it('ends on more than eight pixels of travel', () => {
  const dismissal = new Dismissal(0)
  expect(dismissal.pointerAt(100, 100, 600)).toBe(false)
  expect(dismissal.pointerAt(108, 100, 700)).toBe(false)
  expect(dismissal.pointerAt(108.1, 100, 800)).toBe(true)
})

it('does not end by a pointer that trembles for hours', () => {
  const dismissal = new Dismissal(0)
  for (let i = 0; i < 1000; i++)
    expect(dismissal.pointerAt(100 + (i % 5), 100 - (i % 3), 600 + i)).toBe(false)
})

it('forgives movement in the first half second, and measures from where it ended', () => {
  const dismissal = new Dismissal(1000)
  expect(dismissal.pointerAt(0, 0, 1010)).toBe(false)
  expect(dismissal.pointerAt(400, 300, 1499)).toBe(false)
  expect(dismissal.pointerAt(404, 300, 1500)).toBe(false)
  expect(dismissal.pointerAt(409, 300, 1600)).toBe(true)
})

it('ends on a key, but not on one that has been held since before', () => {
  const dismissal = new Dismissal(0)
  expect(dismissal.key(true)).toBe(false)
  expect(dismissal.key(false)).toBe(true)
})

it('ends on the wheel once it cannot be spinning down any more', () => {
  const dismissal = new Dismissal(0)
  expect(dismissal.wheel(499)).toBe(false)
  expect(dismissal.wheel(500)).toBe(true)
})
