import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { SLOT_V8_FLAGS } from '../../src-main/contracts/slot-flags.ts'
import { compareRandomModule } from '../support/random-module/compare.ts'

/**
 * Random modules, as they are against rewritten: equal results, memory, traps, and fuel over repeats, quanta and
 * limits. `npm run prove -- differential [COUNT]` goes on where the results file ends, up to COUNT modules in all;
 * each line holds a range of seeds and those that differed.
 */
const CHUNK = 500
const count = Number(process.argv[2] ?? 100_000)
if (!Number.isSafeInteger(count) || count < 1) {
  console.error('usage: npm run prove -- differential [COUNT]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'differential.jsonl')
mkdirSync(dirname(results), { recursive: true })
// Every second chunk is compiled as slots do it, the others begin in V8's baseline compiler.
const OPTIMISING_FIRST = 1

interface Line {
  readonly from: number
  readonly to: number
  readonly trapped: number
  readonly fuel: string
  readonly different: readonly { readonly seed: number; readonly difference: string }[]
}

const lines = existsSync(results)
  ? readFileSync(results, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  : []
const done = lines.map((line) => JSON.parse(line) as Line)
let next = done.reduce((most, { to }) => Math.max(most, to), 0)
let different = done.reduce((sum, line) => sum + line.different.length, 0)
while (next < count) {
  const line = runChunk(next, Math.min(next + CHUNK, count))
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  for (const { seed, difference } of line.different) console.log(`seed ${seed}: ${difference}`)
  different += line.different.length
  next = line.to
  if (next % (CHUNK * 10) === 0) console.log(`${next} of ${count} modules, ${different} different`)
}
console.log(`${next} modules, ${different} different`)
process.exitCode = different === 0 ? 0 : 1

function runChunk(from: number, to: number): Line {
  if ((from / CHUNK) % 2 === OPTIMISING_FIRST) for (const flag of SLOT_V8_FLAGS) setFlagsFromString(flag)
  else setFlagsFromString('--liftoff')
  const found: { seed: number; difference: string }[] = []
  let trapped = 0
  let fuel = 0n
  for (let seed = from; seed < to; seed++) {
    try {
      const compared = compareRandomModule(seed)
      fuel += compared.fuel
      if (compared.trap !== undefined) trapped += 1
      if (compared.difference !== undefined) found.push({ seed, difference: compared.difference })
    } catch (error) {
      found.push({ seed, difference: error instanceof Error ? error.message : String(error) })
    }
  }
  return { from, to, trapped, fuel: fuel.toString(), different: found }
}
