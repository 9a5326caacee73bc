import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chaosRound, type RoundReport } from '../support/chaos/round.ts'

/**
 * A publisher and eight donors, real processes that are killed, frozen, restarted and kept from their disk at random while
 * they compute: every acknowledged result is granted once, and SQLite, ledger and donors agree. `npm run prove -- chaos
 * [EVENTS] [UNITS]` plays rounds of 50 events and 1,000 units and goes on where the results file ends; a line is one
 * seed, with the failure if it met one.
 */
type Line = RoundReport | { readonly seed: number; readonly failure: string }

const ROUND = { units: 1000, events: 50, donors: 8 }
const [events = 1000, units = 20_000] = process.argv.slice(2).map(Number)
const rounds = Math.ceil(Math.max(events / ROUND.events, units / ROUND.units))
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error('usage: npm run prove -- chaos [EVENTS] [UNITS]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'chaos.jsonl')
mkdirSync(dirname(results), { recursive: true })
const lines = existsSync(results)
  ? readFileSync(results, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
  : []

for (let seed = lines.length; seed < rounds; seed++) {
  const line = await round(seed)
  lines.push(line)
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  console.log('failure' in line ? `seed ${seed}: ${line.failure}` : `${seed + 1} of ${rounds} rounds`)
}
const passed = lines.filter((line) => 'grants' in line)
const sum = (pick: (line: RoundReport) => number): number => passed.reduce((all, line) => all + pick(line), 0)
console.log(
  `${lines.length} rounds, ${lines.length - passed.length} failed: ${sum((line) => line.events.kill)} kills, ` +
    `${sum((line) => line.events.freeze)} freezes, ${sum((line) => line.events.restart)} restarts, ` +
    `${sum((line) => line.events['slow-disk'])} slow disks, ${sum((line) => line.atPublisher)} of them at the ` +
    `publisher; ${sum((line) => line.units)} units, ${sum((line) => line.grants)} grants, each once`,
)
process.exitCode = passed.length === lines.length ? 0 : 1

async function round(seed: number): Promise<Line> {
  try {
    return await chaosRound({ seed, ...ROUND })
  } catch (error) {
    return { seed, failure: error instanceof Error ? error.message : String(error) }
  }
}
