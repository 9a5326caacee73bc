import { expect, it } from 'vitest'
import { awayTrial } from '../support/away/trial.ts'

it(
  'donors go on computing while the publisher is away, and send everything when it is back',
  { timeout: 300_000 },
  async () => {
    const report = await awayTrial({ donors: 2, thirdMs: 15_000, rounds: 20_000_000, buffered: 300 })
    // Speed is for the long form on a quiet machine; here it is enough that nobody stood still.
    expect(report.away).toBeGreaterThan(report.before / 2)
    expect(report.buffered).toBeGreaterThan(0)
    expect(report.computedAway).toBeGreaterThan(0)
    expect(report.acknowledgedMs).toBeLessThan(60_000)
    expect(report.pairs).toBeGreaterThan(0)
    expect(report.pairsNotGranted).toBe(0)
  },
)
