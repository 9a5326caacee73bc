import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { awayTrial } from '../support/away/trial.ts'

/**
 * Donors whose publisher is killed for the middle third of a run: they compute at least 95 % as much as before, everything
 * is acknowledged within a minute of its return, and units that two of them had by then are granted to both. `npm run
 * prove -- away [SECONDS]` takes three times so long and needs a machine that does nothing else.
 */
const seconds = Number(process.argv[2] ?? 300)
if (!Number.isSafeInteger(seconds) || seconds < 10) {
  console.error('usage: npm run prove -- away [SECONDS]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'away.jsonl')
mkdirSync(dirname(results), { recursive: true })
/** About a third of a second. */
const ROUNDS = 100_000_000
const report = await awayTrial({ donors: 2, thirdMs: seconds * 1000, rounds: ROUNDS, buffered: 6 * seconds })
appendFileSync(results, `${JSON.stringify(report)}\n`)
const { before, away, acknowledgedMs, pairsNotGranted } = report
console.log(
  `${before.toFixed(2)} results a second before, ${away.toFixed(2)} while the publisher was away; all acknowledged ` +
    `${(acknowledgedMs / 1000).toFixed(1)} s after its return; ${report.pairs} units with two results, ` +
    `${pairsNotGranted} of them not granted to both`,
)
const holds = away >= 0.95 * before && acknowledgedMs <= 60_000 && pairsNotGranted === 0 && report.pairs > 0
process.exitCode = holds ? 0 : 1
