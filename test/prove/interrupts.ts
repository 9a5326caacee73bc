import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCli, startCli } from '../support/command-line.ts'
import { interruptRound, type InterruptReport } from '../support/interrupts/round.ts'

/**
 * Ctrl-C at random moments of every command that writes: project create, app add, batch add, serve, results, backup and
 * restore. Nothing is half-done, and the same command works again. `npm run prove -- interrupts [ROUNDS]` goes on where
 * the results file ends; a line is one seed, with the failure if it met one.
 */
type Line = InterruptReport | { readonly seed: number; readonly failure: string }

const rounds = Number(process.argv[2] ?? 100)
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error('usage: npm run prove -- interrupts [ROUNDS]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'interrupts.jsonl')
mkdirSync(dirname(results), { recursive: true })
const lines = existsSync(results)
  ? readFileSync(results, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line)
  : []

const dir = mkdtempSync(join(tmpdir(), 'powerswarm-dht-'))
const dht = await startCli(dir, 'bootstrap', '--json')
const { bootstrap } = (await dht.line(() => true)) as { bootstrap: string }
await runCli(dir, '--version')
for (let seed = lines.length; seed < rounds; seed++) {
  const line = await round(seed)
  lines.push(line)
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  if ('failure' in line) console.log(`seed ${seed}: ${line.failure}`)
  else if (lines.length % 10 === 0) console.log(`${lines.length} of ${rounds} rounds`)
}
await dht.stop()
rmSync(dir, { recursive: true, force: true })

const passed = lines.filter((line) => 'interrupts' in line)
const all = passed.flatMap(({ interrupts }) => interrupts)
const ended = (how: string): number => all.filter(({ end }) => end === how).length
console.log(
  `${lines.length} rounds, ${lines.length - passed.length} failed: ${all.length} times Ctrl-C, ` +
    `${ended('signal')} ended by it, ${ended('stopped')} stopped by themselves, ${ended('done')} were done before it came`,
)
process.exitCode = passed.length === lines.length ? 0 : 1

async function round(seed: number): Promise<Line> {
  try {
    return await interruptRound({ seed, bootstrap })
  } catch (error) {
    return { seed, failure: error instanceof Error ? error.message : String(error) }
  }
}
