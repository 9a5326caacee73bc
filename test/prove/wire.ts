import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DECODERS } from '../support/fuzz/all-decoders.ts'
import type { RoundReport } from '../support/fuzz/round.ts'

/**
 * Every reader of what others wrote, with random, changed, cut and blown-up input: peers' records and messages, proofs,
 * links, snapshots, frames and values between processes, preferences, lists of inputs, options and whole command lines.
 * Each case is read or refused by name, within a second and some megabytes; what was read can be written and read again.
 * `npm run prove -- wire [CASES]` goes on where the results file ends; a line is one seed.
 */
const CASES_EACH = 150
/** Beyond any round: then a case did not end. */
const STUCK_MS = 60_000

type Line = RoundReport | { readonly seed: number; readonly failure: string }

const cases = Number(process.argv[2] ?? 1_000_000)
if (!Number.isSafeInteger(cases) || cases < 1) {
  console.error('usage: npm run prove -- wire [CASES]')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'wire.jsonl')
mkdirSync(dirname(results), { recursive: true })
const lines = (existsSync(results) ? readFileSync(results, 'utf8') : '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Line)

const reports = (): RoundReport[] => lines.filter((line) => 'cases' in line)
const sum = (pick: (report: RoundReport) => number): number =>
  reports().reduce((all, report) => all + pick(report), 0)
const casesDone = (): number => sum((report) => report.cases)

for (const { seed } of lines.filter((line) => 'failure' in line || line.faults.length > 0))
  tell(await round(seed), `seed ${seed}, which once failed`)
for (let seed = lines.length + 1; casesDone() < cases; seed++) {
  const line = await round(seed)
  lines.push(line)
  appendFileSync(results, `${JSON.stringify(line)}\n`)
  tell(line, `seed ${seed}`)
  if (lines.length % 10 === 0) console.log(`${casesDone()} of ${cases} cases`)
}
const wrong = lines.filter((line) => 'failure' in line || line.faults.length > 0)
console.log(
  `${casesDone()} cases for ${DECODERS.length + 1} readers, ${wrong.length} of ${lines.length} seeds with a fault: ` +
    `${sum((report) => report.accepted)} read, ${sum((report) => report.refused)} refused, ` +
    `${sum((report) => report.rewritten)} written and read again; slowest ` +
    `${Math.max(...reports().map(({ slowestMs }) => slowestMs))} ms, most memory ` +
    `${Math.max(...reports().map(({ mostBytes }) => mostBytes))} bytes`,
)
process.exitCode = wrong.length === 0 ? 0 : 1

function tell(line: Line, where: string): void {
  if ('failure' in line) console.log(`${where}: ${line.failure}`)
  else
    for (const { decoder, place, fault } of line.faults)
      console.log(`${where}, ${decoder} ${place}: ${fault}`)
}

/** In a thread of its own: what never ends can be ended. */
async function round(seed: number): Promise<Line> {
  const worker = new Worker(new URL('wire/worker.ts', import.meta.url))
  let at = 'the start'
  try {
    return await new Promise<Line>((resolve) => {
      const stuck = (): void => resolve({ seed, failure: `did not end, at ${at} or soon after` })
      let timer = setTimeout(stuck, STUCK_MS)
      worker.on('error', (error: Error) => {
        clearTimeout(timer)
        resolve({ seed, failure: `the fuzzing itself failed at ${at}: ${error.stack ?? error.message}` })
      })
      worker.on('message', (message: { at?: object; report?: RoundReport }) => {
        clearTimeout(timer)
        if (message.report) resolve(message.report)
        else {
          at = JSON.stringify(message.at)
          timer = setTimeout(stuck, STUCK_MS)
        }
      })
      worker.postMessage({ seed, casesEach: CASES_EACH })
    })
  } finally {
    await worker.terminate()
  }
}
