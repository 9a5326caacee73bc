import { describe, expect, it } from 'vitest'
import { compareRandomModule } from '../support/random-module/compare.ts'

// The long form is `npm run prove -- differential`.
describe('random modules', () => {
  it('do the same when rewritten, for the fuel of what they execute, whatever the quantum', () => {
    let trapped = 0
    for (let seed = 0; seed < 250; seed++) {
      const { difference, trap } = compareRandomModule(seed)
      expect(difference, `seed ${seed}`).toBeUndefined()
      if (trap !== undefined) trapped += 1
    }
    // Some of them have to trap, or nothing is said about traps.
    expect(trapped).toBeGreaterThan(5)
  })
})
