import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { publisherView } from '../support/credit-views.ts'
import { commandSwarm, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { openPublisherStore } from '../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { publisherPaths } from '../../src-main/engine/data-folder.ts'
import { loopingApp } from '../support/small-apps.ts'

/** Enough for nobody to be handed the reserve before the publisher goes. */
const UNITS = 1200
const RESERVE = 100
/** About a fiftieth of a second. */
const ROUNDS = 6_000_000
const DONORS = ['donor-1', 'donor-2'] as const
/** Results of each donor that it took by itself. */
const TAKEN = 3

let swarm: CommandSwarm

beforeEach(async () => {
  swarm = await commandSwarm({
    units: UNITS,
    exponents: 1,
    module: loopingApp(ROUNDS),
    batch: ['--reserve', String(RESERVE)],
  })
})
afterEach(async () => {
  await swarm.close()
})

it(
  'donors without work go on from the reserve while their publisher is gone, and all of it is verified on its return',
  { timeout: 240_000 },
  async () => {
    let publisher = await swarm.serve()
    const donors = await Promise.all(DONORS.map((name) => swarm.donate(name)))
    await publisher.line(verifiedAtLeast(4))
    await swarm.kill('publisher')
    const isKept = (unit: string): boolean => Number(unit.split('.')[1]) >= UNITS - RESERVE
    const takenBy = (state: unknown): number =>
      (state as DonorState).results.filter(({ unit }) => isKept(unit)).length
    await Promise.all(donors.map((donor) => donor.line((state) => takenBy(state) >= TAKEN)))

    publisher = await swarm.serve()
    const status = (await publisher.line((line) => {
      const [batch] = (line as PublisherStatus).batches
      return batch !== undefined && batch.reserve === undefined && batch.verified >= UNITS
    })) as PublisherStatus
    expect(status.batches[0]).toMatchObject({ verified: UNITS, unsent: 0, leased: 0, pending: 0 })
    await swarm.stop()

    const { grants, onLedger } = await publisherView(swarm.projectDir)
    expect(new Set(grants).size).toBe(grants.length)
    expect(onLedger).toEqual(grants)
    const store = openPublisherStore(publisherPaths(swarm.projectDir).databasePath)
    try {
      const taken = Array.from({ length: RESERVE }, (_, i) => ({ batch: 0, index: UNITS - RESERVE + i }))
        .map((unit) => store.holders(unit).flatMap((donorKey) => store.copy(unit, donorKey) ?? []))
        .filter((copies) => copies.some(({ selfAssigned }) => selfAssigned))
      expect(taken.length).toBeGreaterThanOrEqual(TAKEN)
      for (const copies of taken) {
        expect(copies.filter(({ selfAssigned }) => selfAssigned)).toHaveLength(1)
        expect(copies.map(({ standing }) => standing)).toEqual(['verified', 'verified'])
      }
    } finally {
      store.close()
    }
  },
)
