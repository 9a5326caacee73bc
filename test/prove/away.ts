import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { awayTrial } from '../support/away/trial.ts'

/**
 * Donors whose publisher is killed for the middle third of a run: they compute at least 95 % as much as before, everything
 * is acknowledged within a minute of its return, and units that two of them had by then are granted to both. `npm run
 * prove -- away [SECONDS]` takes three times so long and needs a machine that does nothing else. With `--reserve` donors keep
 * next to nothing at hand, and it is the batch's reserve that has to last them: counted from when they may begin with it.
 */
const words = process.argv.slice(2)
const fromReserve = words.includes('--reserve')
const seconds = Number(words.find((word) => word !== '--reserve') ?? 300)
const SECONDS_MIN = fromReserve ? 10 + LIMITS.reserveAfterMs / 1000 : 10
if (!Number.isSafeInteger(seconds) || seconds < SECONDS_MIN) {
  console.error(`usage: npm run prove -- away [SECONDS] [--reserve], at least ${SECONDS_MIN} s`)
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'away.jsonl')
mkdirSync(dirname(results), { recursive: true })
/** About a third of a second. */
const ROUNDS = 100_000_000
const report = await awayTrial({
  donors: 2,
  thirdMs: seconds * 1000,
  rounds: ROUNDS,
  buffered: fromReserve ? 1 : 6 * seconds,
  fromReserve,
})
appendFileSync(results, `${JSON.stringify(report)}\n`)
const { before, away, acknowledgedMs, pairsNotGranted } = report
console.log(
  `${before.toFixed(2)} distinct units a second had their first result before, ${away.toFixed(2)} while the publisher was ` +
    `away${fromReserve ? ', from the reserve' : ''}; all acknowledged ` +
    `${(acknowledgedMs / 1000).toFixed(1)} s after its return; ${report.pairs} units with two results, ` +
    `${pairsNotGranted} of them not granted to both`,
)
const holds = away >= 0.95 * before && acknowledgedMs <= 60_000 && pairsNotGranted === 0 && report.pairs > 0
process.exitCode = holds ? 0 : 1
