import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { runCli, startCli, type Running } from '../support/command-line.ts'
import { commandSwarm, creditedUnits, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { donorView, publisherView } from '../support/credit-views.ts'

const UNITS = 20
const DONORS = ['donor-1', 'donor-2'] as const
const NEW = 'elsewhere'

let swarm: CommandSwarm
let moved: Running | undefined

beforeEach(async () => {
  swarm = await commandSwarm({ units: UNITS, exponents: 10 })
})
afterEach(async () => {
  await moved?.stop('SIGKILL')
  await swarm.close()
})

it(
  'a project that moves goes on with its donors, and every unit is granted once',
  { timeout: 200_000 },
  async () => {
    const file = join(swarm.dir, 'mersenne.project')
    const exportKey = ['project', 'export-key', '--out', file] as const
    const publisher = await swarm.serve()
    const donors: Running[] = []
    for (const name of DONORS) donors.push(await swarm.donate(name))
    await publisher.line(verifiedAtLeast(5))
    const refused = await runCli(swarm.home('publisher'), ...exportKey)
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain(`process ${String(publisher.child.pid)}`)
    expect(existsSync(file)).toBe(false)

    // Killed: what is acknowledged and not on the ledger goes along.
    await swarm.kill('publisher')
    expect(await swarm.answer('publisher', ...exportKey)).toMatchObject({ file })
    const { exitCode, stderr } = await runCli(swarm.home('publisher'), 'serve')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining(`moved away`) as string,
    })

    expect(await swarm.answer(NEW, 'project', 'import-key', file)).toMatchObject({ link: swarm.link })
    const home = swarm.home(NEW)
    moved = await startCli(home, 'serve', '--verify-cores', '0', '--host', '127.0.0.1', '--json')
    await moved.line((line) => (line as PublisherStatus).serving)
    await Promise.all(donors.map((donor) => donor.line(creditedUnits(UNITS))))
    await moved.stop('SIGINT')
    moved = undefined
    await swarm.stop()

    const projectDir = join(home, 'publisher/mersenne-primes')
    const { projectKey, grants, onLedger, ledgerFuel } = await publisherView(projectDir)
    expect(grants).toHaveLength(2 * UNITS)
    expect(new Set(grants).size).toBe(grants.length)
    expect(onLedger).toEqual(grants)
    const held = DONORS.map((name) => donorView(swarm.home(name), projectKey))
    expect(held.reduce((sum, { fuel }) => sum + fuel, 0n)).toBe(ledgerFuel)
  },
)
