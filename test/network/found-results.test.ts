import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import { commandSwarm, creditedUnits, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'

const UNITS = 8
let swarm: CommandSwarm

beforeEach(async () => {
  swarm = await commandSwarm({ units: UNITS, exponents: 10, publishResults: true })
})
afterEach(async () => {
  await swarm.close()
})

const foundUnits = (line: unknown): string[] =>
  ((line as DonorState).projects[0]?.found ?? []).map(({ unit }) => unit)

it(
  'every donor sees what the swarm found, though the publisher is killed in the middle',
  { timeout: 180_000 },
  async () => {
    const publisher = await swarm.serve()
    const donors = [await swarm.donate('donor-1'), await swarm.donate('donor-2')]
    await publisher.line(verifiedAtLeast(3))
    await swarm.kill('publisher')
    await swarm.serve()
    const seen = await Promise.all(
      donors.map(async (donor) => {
        await donor.line(creditedUnits(UNITS))
        return foundUnits(await donor.line((line) => foundUnits(line).length >= UNITS))
      }),
    )
    for (const units of seen) expect(new Set(units).size).toBe(UNITS)
  },
)
