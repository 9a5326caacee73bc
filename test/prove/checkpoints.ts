import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compareSavedModule } from '../support/random-module/compare-saved.ts'

/**
 * Random apps, uninterrupted against saved at random points and gone on with: equal outcome, fuel and output.
 * `npm run prove -- checkpoints [COUNT]` goes on where the results file ends, up to COUNT apps in all; each line holds a
 * range of seeds and those that differed.
 */
const CHUNK = 100
const count = Number(process.argv[2] ?? 10_000)
if (!Number.isSafeInteger(count) || count < 1) {
  console.error('usage: npm run prove -- checkpoints [COUNT]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'checkpoints.jsonl')
mkdirSync(dirname(results), { recursive: true })

interface Line {
  readonly from: number
  readonly to: number
  /** Gone on from, in all. */
  readonly snapshots: number
  readonly different: readonly { readonly seed: number; readonly difference: string }[]
}

const lines = existsSync(results) ? readFileSync(results, 'utf8').split('\n').filter(Boolean) : []
const done = lines.map((line) => JSON.parse(line) as Line)
let next = done.reduce((most, { to }) => Math.max(most, to), 0)
let different = done.reduce((sum, line) => sum + line.different.length, 0)
while (next < count) {
  const line = await runChunk(next, Math.min(next + CHUNK, count))
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  for (const { seed, difference } of line.different) console.log(`seed ${seed}: ${difference}`)
  different += line.different.length
  next = line.to
  console.log(`${next} of ${count} apps, ${different} different`)
}
process.exitCode = different === 0 ? 0 : 1

async function runChunk(from: number, to: number): Promise<Line> {
  const found: { seed: number; difference: string }[] = []
  let snapshots = 0
  for (let seed = from; seed < to; seed++) {
    try {
      const compared = await compareSavedModule(seed)
      snapshots += compared.snapshots ?? 0
      if (compared.difference !== undefined) found.push({ seed, difference: compared.difference })
    } catch (error) {
      found.push({ seed, difference: error instanceof Error ? error.message : String(error) })
    }
  }
  return { from, to, snapshots, different: found }
}
