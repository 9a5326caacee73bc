import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { DonorLine, PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import { builtDemo } from '../support/build.ts'
import { runCli } from '../support/command-line.ts'
import { commandSwarm, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { publisherView } from '../support/credit-views.ts'
import { tempDir } from '../support/temp-dir.ts'

const UNITS = 250
const KNOWN = 8
const EXPONENTS = 2
const MORE = ['--range', '0..9', '--arg', '{n}', '--arg', '1']
const DONORS = ['donor-1', 'donor-2', 'donor-3'] as const

let swarm: CommandSwarm | undefined
afterEach(async () => {
  await swarm?.close()
})

/** The first answers of the batch, as `run --json` prints them. */
async function knownAnswers(dir: string): Promise<string> {
  const module = await builtDemo('mersenne')
  const lines: string[] = []
  for (let n = 0; n < KNOWN; n++) {
    const args = ['--arg', String(n), '--arg', String(EXPONENTS)]
    const { stdout } = await runCli(dir, 'run', module, ...args, '--json')
    lines.push(JSON.stringify({ ...(JSON.parse(stdout) as object), n }))
  }
  const path = join(dir, 'known.jsonl')
  writeFileSync(path, lines.join('\n'))
  return path
}

const trusted = (line: unknown): boolean => {
  const [batch] = (line as PublisherStatus).batches
  return (batch?.acceptedOnTrust ?? 0) > 0
}

it(
  'trusts donors that proved themselves, over a kill, and lets its publisher ban one of them for a time',
  { timeout: 240_000 },
  async () => {
    const known = await knownAnswers(tempDir())
    const batch = ['--max-error', '0.01', '--known', known]
    swarm = await commandSwarm({ units: UNITS, exponents: EXPONENTS, batch })
    const { answer, serve, kill, donate, projectDir } = swarm
    const listed = async (): Promise<readonly DonorLine[]> =>
      ((await answer('publisher', 'donors')) as { donors: readonly DonorLine[] }).donors

    const banOneInDoubt = async (donors: readonly DonorLine[]): Promise<DonorLine> => {
      for (const line of donors) {
        await answer('publisher', 'ban', line.donor)
        const { batches } = (await answer('publisher', 'status')) as PublisherStatus
        if (batches[0]?.verified !== UNITS) return line
        await answer('publisher', 'unban', line.donor)
      }
      throw new Error('Nothing rests on the word of one donor')
    }

    let publisher = await serve()
    for (const name of DONORS) await donate(name)
    await publisher.line(trusted)
    await kill('publisher')
    publisher = await serve()
    const done = (await publisher.line(verifiedAtLeast(UNITS))) as PublisherStatus
    expect(done.batches).toMatchObject([{ units: UNITS, acceptedOnTrust: 0, pending: 0, maxError: 0.01 }])

    const donors = await listed()
    expect(donors).toHaveLength(DONORS.length)
    for (const { proven, rejected, banned } of donors) {
      expect({ rejected, banned }).toEqual({ rejected: 0, banned: false })
      expect(proven).toBeGreaterThanOrEqual(LIMITS.establishedResults)
    }
    // With nobody there to confirm it, what rests on one donor's word alone stays questioned while that one is banned.
    for (const name of DONORS) await kill(name)
    const banned = await banOneInDoubt(donors)
    for (const name of DONORS) await donate(name)
    await answer('publisher', 'batch', 'add', '--app', 'mersenne', ...MORE)
    await publisher.line((line) => {
      const [first, second] = (line as PublisherStatus).batches
      return first?.verified === UNITS && second?.verified === 10
    })
    expect((await listed()).find(({ donor }) => donor === banned.donor)).toMatchObject({
      banned: true,
      verified: banned.verified,
      rejected: 0,
      leased: 0,
    })
    await answer('publisher', 'unban', banned.donor)
    await expect(answer('publisher', 'unban', banned.donor)).rejects.toThrow(/is not banned/)
    expect(await answer('publisher', 'retry', '0')).toEqual({ units: 0 })
    await expect(answer('publisher', 'retry', '0.3')).rejects.toThrow(/neither inconclusive nor suspended/)

    await swarm.stop()
    const { grants, onLedger } = await publisherView(projectDir)
    expect(new Set(grants).size).toBe(grants.length)
    expect(onLedger).toEqual(grants)
    // Three votes each until donors are established: trust saved some of them.
    expect(grants.length).toBeLessThan(DONORS.length * UNITS)
  },
)
