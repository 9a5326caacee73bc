import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CELLS, cellName, figuresOf, runCell, type CellRun } from '../support/trust-simulation/cells.ts'
import { trustPlot } from '../support/trust-simulation/plot.ts'
import { trustReport } from '../support/trust-simulation/report.ts'

/**
 * Forgers against the trust policy, BOINC's adaptive replication and a plain quorum.
 * `npm run prove -- trust [RUNS]` goes on where the results file ends, until every cell has RUNS runs of a million
 * executions (seeds from 1), then writes resources/docs/trust.md and trust.svg.
 */
const runs = Number(process.argv[2] ?? 10)
if (!Number.isSafeInteger(runs) || runs < 2) {
  console.error('usage: npm run prove -- trust [RUNS], where RUNS is at least 2')
  process.exit(2)
}
const results = process.env.POWERSWARM_RESULTS ?? join('test', 'results', 'trust.jsonl')
mkdirSync(dirname(results), { recursive: true })

const done = new Map<string, CellRun[]>()
if (existsSync(results))
  for (const line of readFileSync(results, 'utf8').split('\n'))
    if (line !== '') note(JSON.parse(line) as CellRun)

// Seed by seed over all cells, so that an interrupted run has something of everything.
for (let seed = 1; seed <= runs; seed++) {
  for (const cell of CELLS) {
    if (runsOf(cellName(cell)).some((run) => run.seed === seed)) continue
    const run = runCell(cell, seed)
    appendFileSync(results, `${JSON.stringify(run)}\n`)
    note(run)
  }
  console.log(`seed ${seed} of ${runs}: ${CELLS.length} cells`)
}

const figures = CELLS.map((cell) =>
  figuresOf(
    cell,
    runsOf(cellName(cell)).filter(({ seed }) => seed <= runs),
  ),
)
const units = [...done.values()].flat().reduce((sum, { executions }) => sum + executions, 0)
writeFileSync(join('resources', 'docs', 'trust.md'), trustReport(figures, { runs, executions: units }))
writeFileSync(join('resources', 'docs', 'trust.svg'), trustPlot(figures))
console.log(`${units} simulated executions; resources/docs/trust.md and trust.svg are written`)

function runsOf(cell: string): readonly CellRun[] {
  return done.get(cell) ?? []
}

function note(run: CellRun): void {
  const others = done.get(run.cell)
  if (others) others.push(run)
  else done.set(run.cell, [run])
}
