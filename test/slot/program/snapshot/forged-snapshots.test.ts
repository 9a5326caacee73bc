import { describe, expect, it } from 'vitest'
import { runForged, savedApps } from '../../../support/forged-runs.ts'

const FORGED = 250

// The long form is `npm run prove -- snapshots`.
describe('a forged snapshot with a right checksum', () => {
  it('starts its unit over or lets it go on within its limits', { timeout: 60_000 }, async () => {
    const ends = new Map<string, number>()
    for (const app of await savedApps([0, 1, 2, 3])) {
      for (let seed = 0; seed < FORGED; seed++) {
        const { end, fault } = runForged(app, seed)
        expect(fault, `${app.name}, seed ${String(seed)}`).toBeUndefined()
        ends.set(end, (ends.get(end) ?? 0) + 1)
      }
    }
    // Nothing is said where all of them are refused, or none.
    expect(ends.get('snapshot-unusable')).toBeGreaterThan(FORGED)
    expect(ends.get('ok')).toBeGreaterThan(FORGED / 2)
  })
})
