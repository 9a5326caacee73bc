import { describe, expect, it } from 'vitest'
import { compareSavedModule } from '../../support/random-module/compare-saved.ts'

// The long form is `npm run prove -- checkpoints`.
describe('random apps', () => {
  it('end in the same way when they are saved and gone on with', { timeout: 120_000 }, async () => {
    let saved = 0
    for (let seed = 0; seed < 20; seed++) {
      const { difference, snapshots = 0 } = await compareSavedModule(seed)
      expect(difference, `seed ${seed}`).toBeUndefined()
      saved += snapshots
    }
    // Some have to be saved, or nothing is said.
    expect(saved).toBeGreaterThan(100)
  })
})
