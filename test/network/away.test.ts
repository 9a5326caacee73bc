import { afterEach, expect, it } from 'vitest'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { afterReturn } from '../support/away/after-return.ts'
import { readTimes } from '../support/away/times.ts'
import { Player } from '../support/chaos/cast.ts'
import { commandSwarm, type CommandSwarm } from '../support/command-swarm.ts'
import { loopingApp } from '../support/small-apps.ts'
import { waitUntil } from '../support/wait-until.ts'

/** About a second where nothing else computes: a buffer of these stays full until it is seen, and outlives the kill. */
const ROUNDS = 300_000_000
/** Each donor may hold all of them, so both are leased every unit. */
const UNITS = LIMITS.firstUnits
const QUORUM = 2
/** What each donor has at hand when the publisher goes. */
const AT_HAND = 5
const WITHIN_MS = 60_000
const MORE = ['--range', `0..${String(UNITS - 1)}`, '--arg', '{n}', '--quorum', String(QUORUM)]

let swarm: CommandSwarm | undefined
afterEach(async () => {
  await swarm?.close()
})

const project = ({ donorState }: Player) => donorState?.projects[0]
const leased = (donor: Player): number => project(donor)?.leased ?? 0
/** It has results, and nothing to compute. */
const isDone = (donor: Player): boolean =>
  leased(donor) === 0 && donor.donorState?.slots.length === 0 && donor.donorState.credit.unitsPending > 0

it(
  'donors compute what they hold while the publisher is away, tell a newcomer of it, and send everything on its return',
  { timeout: 240_000 },
  async () => {
    swarm = await commandSwarm({ units: 2, exponents: 1, quorum: QUORUM, module: loopingApp(ROUNDS) })
    const publisher = new Player(swarm, 'publisher')
    const donors = [new Player(swarm, 'donor-1'), new Player(swarm, 'donor-2')]
    await publisher.start()
    await Promise.all(donors.map((donor) => donor.start()))
    // Both have met the publisher and prepared the module: they begin with the second batch together.
    const isWarm = (): boolean => donors.every((donor) => donor.donorState?.credit.unitsVerified === 2)
    await waitUntil('two units of both donors', isWarm, WITHIN_MS)
    await swarm.answer('publisher', 'batch', 'add', '--app', 'mersenne', ...MORE)
    await waitUntil('full buffers', () => donors.every((donor) => leased(donor) >= AT_HAND), WITHIN_MS)

    await publisher.end('SIGKILL')
    const goneAt = Date.now()
    const newcomer = new Player(swarm, 'donor-3')
    await newcomer.start()
    await waitUntil('everything computed', () => donors.every(isDone), WITHIN_MS)
    await waitUntil('the feed, from other donors', () => Boolean(project(newcomer)?.name), WITHIN_MS)
    expect(project(newcomer)).toMatchObject({ connection: 'offline', name: 'Mersenne primes' })

    const backAt = Date.now()
    await publisher.start()
    const isSettled = (): boolean =>
      donors.every(({ donorState }) => donorState?.credit.unitsPending === 0) &&
      publisher.publisherStatus?.batches[1]?.verified === UNITS
    await waitUntil('everything granted', isSettled, 2 * WITHIN_MS)
    await swarm.stop()

    const names = donors.map(({ name }) => name)
    const report = afterReturn(await readTimes(swarm, names, UNITS, 1), goneAt, backAt, QUORUM)
    expect(report.computedAway).toBeGreaterThanOrEqual(AT_HAND)
    expect(report.acknowledgedMs).toBeLessThan(WITHIN_MS)
    expect(report.pairs).toBeGreaterThan(0)
    expect(report.pairsNotGranted).toBe(0)
  },
)
