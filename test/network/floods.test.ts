import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandSwarm, type CommandSwarm } from '../support/command-swarm.ts'
import { mustDrop, SHORT_FLOODS } from '../support/floods/counts.ts'
import { underFlood, type Whom } from '../support/floods/under-flood.ts'

const MOST_MEGABYTES = 150

let swarm: CommandSwarm
const pids: Partial<Record<Whom, number>> = {}

beforeAll(async () => {
  swarm = await commandSwarm({ units: 100_000, exponents: 1 })
  pids.publisher = (await swarm.serve()).child.pid!
  const donor = await swarm.donate('donor')
  pids.donor = donor.child.pid!
  await donor.line(() => true)
})
afterAll(() => swarm.close())

// Memory of another process is read from /proc.
describe.skipIf(process.platform !== 'linux').each(['publisher', 'donor'] as const)(
  'a %s, flooded by',
  (whom) => {
    it.each(SHORT_FLOODS[whom])(
      '%s, keeps its memory, drops the attacker and answers others',
      async (flood, count) => {
        const report = await underFlood({ flood, count, whom, link: swarm.link, pid: pids[whom]! })
        expect(report.megabytes).toBeLessThanOrEqual(MOST_MEGABYTES)
        if (mustDrop(flood)) expect(report.dropped).toBe(report.connections)
        expect(report.asked).toBeGreaterThan(0)
        expect(report.unanswered).toBe(0)
      },
    )
  },
)
