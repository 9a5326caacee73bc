import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { powerTrial, type TrialReport } from '../support/power-loss/trial.ts'

/**
 * Power cuts in a publisher's life: an unflushed tail or the whole store of cores lost, old databases and old copies put
 * back. `npm run prove -- power-loss [TRIALS]` goes on where the results file ends; a line is one seed, with the failure
 * if it met one.
 */
type Line = TrialReport | { readonly seed: number; readonly failure: string }

const count = Number(process.argv[2] ?? 1000)
if (!Number.isSafeInteger(count) || count < 1) {
  console.error('usage: npm run prove -- power-loss [TRIALS]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'power-loss.jsonl')
mkdirSync(dirname(results), { recursive: true })
const lines = existsSync(results)
  ? readFileSync(results, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
  : []

for (let seed = lines.length; seed < count; seed++) {
  const line = await trial(seed)
  lines.push(line)
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  if ('failure' in line) console.log(`seed ${seed}: ${line.failure}`)
  else if (lines.length % 50 === 0) console.log(`${lines.length} of ${count} trials`)
}
const passed = lines.filter((line) => 'blocks' in line)
const sum = (pick: (line: TrialReport) => number): number => passed.reduce((all, line) => all + pick(line), 0)
console.log(
  `${lines.length} trials, ${lines.length - passed.length} failed: ` +
    `${sum((line) => line.tailsLost)} tails (${sum((line) => line.bytesLost)} bytes) and ` +
    `${sum((line) => line.coresLost)} whole stores lost, ${sum((line) => line.oldDatabasesRefused)} old databases and ` +
    `${sum((line) => line.oldCopiesRefused)} old copies refused, ${sum((line) => line.grants)} grants on ` +
    `${sum((line) => line.blocks)} blocks, each once, no fork`,
)
process.exitCode = passed.length === lines.length ? 0 : 1

async function trial(seed: number): Promise<Line> {
  try {
    return await powerTrial(seed, mkdtempSync(join(tmpdir(), 'powerswarm-power-')))
  } catch (error) {
    return { seed, failure: error instanceof Error ? error.message : String(error) }
  }
}
