import { expect, it } from 'vitest'
import { cancelledText } from '../../src-main/cli/commands/cancel.ts'

it.each([
  [{ units: 7, ended: 0, already: 0 }, 'cancelled 7 units'],
  [
    { units: 1, ended: 3, already: 2 },
    'cancelled 1 unit; 3 units had ended and stay; 2 units were cancelled before',
  ],
  [{ units: 0, ended: 1, already: 0 }, 'cancelled nothing; 1 unit had ended and stays'],
])('what a cancellation did: %j', (cancelled, words) => {
  expect(cancelledText(cancelled)).toBe(words)
})
