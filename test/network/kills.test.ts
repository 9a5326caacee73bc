import { afterEach, beforeEach, expect, it } from 'vitest'
import { commandSwarm, creditedUnits, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { donorView, publisherView } from '../support/credit-views.ts'
import type { Running } from '../support/command-line.ts'

const UNITS = 90
const DONORS = ['donor-1', 'donor-2'] as const

let swarm: CommandSwarm

beforeEach(async () => {
  swarm = await commandSwarm({ units: UNITS, exponents: 40 })
})
afterEach(async () => {
  await swarm.close()
})

it(
  'grants every verified unit once per donor though publisher and donors are killed in the middle of units',
  { timeout: 240_000 },
  async () => {
    let publisher = await swarm.serve()
    const donors = new Map<string, Running>()
    for (const name of DONORS) donors.set(name, await swarm.donate(name))
    // Each kill waits for progress since the last one, so every process dies with units and grants under way.
    for (const [verified, name] of [
      [8, 'donor-1'],
      [18, 'publisher'],
      [30, 'donor-2'],
      [42, 'publisher'],
      [54, 'donor-1'],
      [66, 'publisher'],
    ] as const) {
      await publisher.line(verifiedAtLeast(verified))
      await swarm.kill(name)
      if (name === 'publisher') publisher = await swarm.serve()
      else donors.set(name, await swarm.donate(name))
    }
    await Promise.all([...donors.values()].map((donor) => donor.line(creditedUnits(UNITS))))
    await swarm.stop()

    const { projectKey, grants, onLedger, ledgerFuel } = await publisherView(swarm.projectDir)
    expect(grants).toHaveLength(2 * UNITS)
    expect(new Set(grants).size).toBe(grants.length)
    expect(onLedger).toEqual(grants)
    const held = DONORS.map((name) => donorView(swarm.home(name), projectKey))
    for (const { units } of held) {
      expect(units).toHaveLength(UNITS)
      expect(new Set(units).size).toBe(UNITS)
    }
    expect(held.reduce((sum, { fuel }) => sum + fuel, 0n)).toBe(ledgerFuel)
  },
)
