import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { commandSwarm, creditedUnits, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { donorView, publisherView } from '../support/credit-views.ts'
import { runCli, type Running } from '../support/command-line.ts'

const UNITS = 24
/** Published after the restore. */
const MORE_UNITS = 12
const MORE = ['--range', `0..${String(MORE_UNITS - 1)}`, '--arg', '{n}', '--arg', '10']
const DONORS = ['donor-1', 'donor-2'] as const

let swarm: CommandSwarm

beforeEach(async () => {
  swarm = await commandSwarm({ units: UNITS, exponents: 10 })
})
afterEach(async () => {
  await swarm.close()
})

/** Every unit granted once to each donor, alike in the database, on the ledger and at the donors. */
async function expectAllGrantedOnce(): Promise<void> {
  const { projectKey, grants, onLedger, ledgerFuel } = await publisherView(swarm.projectDir)
  expect(grants).toHaveLength(2 * (UNITS + MORE_UNITS))
  expect(new Set(grants).size).toBe(grants.length)
  expect(onLedger).toEqual(grants)
  const held = DONORS.map((name) => donorView(swarm.home(name), projectKey))
  for (const { units } of held) expect(new Set(units).size).toBe(UNITS + MORE_UNITS)
  expect(held.reduce((sum, { fuel }) => sum + fuel, 0n)).toBe(ledgerFuel)
}

const goingOn = (line: unknown): boolean => {
  const { serving, waiting } = line as PublisherStatus
  return serving && waiting === undefined
}

it(
  'a publisher that lost its home is restored: nothing acknowledged is lost or doubled',
  { timeout: 240_000 },
  async () => {
    const backupDir = join(swarm.dir, 'backup')
    let publisher = await swarm.serve('--backup', backupDir)
    const donors: Running[] = []
    for (const name of DONORS) donors.push(await swarm.donate(name))
    await publisher.line(verifiedAtLeast(8))
    await swarm.kill('publisher')
    rmSync(swarm.home('publisher'), { recursive: true })

    const { stdout } = await runCli(swarm.home('publisher'), 'restore', backupDir)
    expect(stdout).toBe(`${swarm.link}\n`)
    publisher = await swarm.serve('--backup', backupDir)
    await publisher.line(goingOn)
    const all = donors.map((donor) => donor.line(creditedUnits(UNITS + MORE_UNITS)))
    await swarm.answer('publisher', 'batch', 'add', '--app', 'mersenne', ...MORE, '--quorum', '2')
    await Promise.all(all)

    // Once more, by somebody who knows that it is the newest.
    await swarm.kill('publisher')
    rmSync(swarm.home('publisher'), { recursive: true })
    await runCli(swarm.home('publisher'), 'restore', backupDir, '--newest')
    const status = (await swarm.answer('publisher', 'status')) as PublisherStatus
    expect(status.waiting).toBeUndefined()
    expect(status.batches.map(({ verified }) => verified)).toEqual([UNITS, MORE_UNITS])
    for (const name of DONORS) {
      const receipt = join(swarm.dir, `${name}.receipt`)
      await swarm.answer(name, 'donor', 'receipt', '--out', receipt)
      const { countedFuel } = await swarm.donor(name)
      expect(await swarm.answer('visitor', 'verify', receipt, '--link', swarm.link)).toMatchObject({
        holds: true,
        cumulativeFuel: countedFuel.toString(),
      })
    }
    await swarm.stop()
    await expectAllGrantedOnce()
  },
)

it(
  'a backup that is older than what donors hold writes nothing, and says so',
  { timeout: 240_000 },
  async () => {
    const backupDir = join(swarm.dir, 'backup')
    const publisher = await swarm.serve()
    const donor = await swarm.donate('donor-1')
    const all = donor.line(creditedUnits(UNITS))
    await swarm.donate('donor-2')
    await all
    await swarm.answer('publisher', 'backup', '--out', backupDir)
    const more = donor.line(creditedUnits(UNITS + MORE_UNITS))
    await swarm.answer('publisher', 'batch', 'add', '--app', 'mersenne', ...MORE, '--quorum', '2')
    await more
    await publisher.stop('SIGKILL')
    rmSync(swarm.home('publisher'), { recursive: true })

    await runCli(swarm.home('publisher'), 'restore', backupDir)
    const restored = await swarm.serve()
    const line = await restored.line((each) => /older than/.test((each as PublisherStatus).waiting ?? ''))
    expect((line as PublisherStatus).waiting).toMatch(/restore a newer one/)
    const add = ['batch', 'add', '--app', 'mersenne', ...MORE, '--json']
    const { stderr } = await runCli(swarm.home('publisher'), ...add)
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'store-behind' } })
    const { batches, waiting } = (await swarm.answer('publisher', 'status')) as PublisherStatus
    expect({ batches: batches.length, waiting }).toEqual({
      batches: 1,
      waiting: expect.stringMatching(/restore a newer one/) as string,
    })
  },
)
