import { appendFileSync } from 'node:fs'
import { commandSwarm } from '../support/command-swarm.ts'
import { LONG_FLOODS, mustDrop } from '../support/floods/counts.ts'
import { underFlood, type Flooded, type Whom } from '../support/floods/under-flood.ts'

/**
 * Floods a publisher and a donor, each a process of the command line, with everything that test/support/floods knows.
 * One line of results for each flood: memory before and at most, whether the attacker was dropped, and how an honest peer
 * fared meanwhile.
 */

const MOST_MEGABYTES = 150

let failed = 0
for (const whom of ['publisher', 'donor'] as const)
  for (const [flood, count] of LONG_FLOODS[whom]) record(await run(whom, flood, count))
console.log(failed === 0 ? 'floods: all held' : `floods: ${String(failed)} did not hold`)
process.exit(failed === 0 ? 0 : 1)

/** A swarm for each: what one flood leaves behind must not count for the next. */
async function run(whom: Whom, flood: Flooded['flood'], count: number): Promise<Flooded> {
  const swarm = await commandSwarm({ units: 100_000, exponents: 1 })
  try {
    let process = await swarm.serve()
    if (whom === 'donor') {
      process = await swarm.donate('donor')
      await process.line(() => true)
    }
    return await underFlood({ flood, count, whom, link: swarm.link, pid: process.child.pid ?? 0 })
  } finally {
    await swarm.close()
  }
}

function record(report: Flooded): void {
  const { flood, whom, dropped, connections, megabytes, unanswered } = report
  const held =
    megabytes <= MOST_MEGABYTES && unanswered === 0 && (!mustDrop(flood) || dropped === connections)
  if (!held) failed++
  console.log(`${held ? 'held  ' : 'FAILED'} ${whom} ${flood}: ${String(megabytes)} MB`)
  const results = process.env['POWERSWARM_RESULTS']
  if (results !== undefined) appendFileSync(results, `${JSON.stringify({ ...report, held })}\n`)
}
