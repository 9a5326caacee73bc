import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DonorState, SlotView } from '../../src-main/contracts/donor-state.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'
import { parseHeader, type SnapshotHeader } from '../../src-main/engine/adapters/snapshots/snapshot-file.ts'
import { donorPaths, logsDir } from '../../src-main/engine/data-folder.ts'
import { builtDemo } from '../support/build.ts'
import type { Running } from '../support/command-line.ts'
import { commandSwarm, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { waitUntil } from '../support/wait-until.ts'

/** Two units of several seconds each: a donor tells once a second how far it is. */
const FIRST = 9
const EXPONENTS = 1000
const HOUR = 3_600_000

let swarm: CommandSwarm
let publisher: Running
let expected: Pick<UnitRun, 'fuel' | 'stdout'>[]

beforeAll(async () => {
  swarm = await commandSwarm({ units: 2, first: FIRST, exponents: EXPONENTS, quorum: 1, checkpoint: true })
  publisher = await swarm.serve()
  const module = await builtDemo('mersenne')
  const run = (number: number): Promise<unknown> =>
    swarm.answer('publisher', 'run', module, '--arg', String(number), '--arg', String(EXPONENTS))
  expected = (await Promise.all([run(FIRST), run(FIRST + 1)])) as typeof expected
}, 120_000)
afterAll(async () => {
  await swarm.close()
})

/** The header of the one snapshot on the donor's disk; undefined while there is none. */
function snapshot(): SnapshotHeader | undefined {
  const { snapshotsDir } = donorPaths(swarm.home('donor'))
  if (!existsSync(snapshotsDir)) return undefined
  const [name] = readdirSync(snapshotsDir).filter((file) => file.endsWith('.snapshot'))
  return name === undefined ? undefined : parseHeader(readFileSync(join(snapshotsDir, name)))
}

/** So much fuel that no run from the start could have it by its first beat. */
function quarterOf(unit: number): bigint {
  return BigInt(String(expected[unit]!.fuel)) / 4n
}

/** The fuel that the slot of the donor's next run tells first, and what the donor shows when that run begins. */
async function nextRun(donor: Running): Promise<{ firstFuel: bigint; shown: SlotView }> {
  let shown: SlotView | undefined
  const line = await donor.line((said) => {
    const slot = (said as Partial<DonorState>).slots?.[0]
    if (slot?.phase === 'running') shown ??= slot
    return shown !== undefined && firstFuelOf(said) !== undefined
  })
  return { firstFuel: BigInt(firstFuelOf(line)!), shown: shown! }
}
function firstFuelOf(line: unknown): string | undefined {
  return (line as { firstFuel?: string }).firstFuel
}

function logged(event: string): number {
  const path = join(logsDir(swarm.home('donor')), 'donor.jsonl')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return text.split('\n').filter((line) => line.includes(`"${event}"`)).length
}

/** The unit goes on behind this snapshot and ends as if nothing had happened. */
async function expectResumed(donor: Running, saved: SnapshotHeader): Promise<void> {
  const { index: unit } = saved.unit
  expect(saved.fuel).toBeGreaterThan(0n)
  const { firstFuel, shown } = await nextRun(donor)
  expect(firstFuel).toBeGreaterThanOrEqual(saved.fuel)
  expect(BigInt(String(shown.fuel))).toBeGreaterThanOrEqual(saved.fuel)
  expect(shown.elapsedMs).toBeGreaterThanOrEqual(saved.computedMs)
  await publisher.line(verifiedAtLeast(unit + 1))
  const out = join(swarm.dir, 'out')
  await swarm.answer('publisher', 'results', '--out', out)
  const lines = readFileSync(join(out, 'index.jsonl'), 'utf8').trim().split('\n')
  const results = lines.map((line) => JSON.parse(line) as { index: number; fuel: string; file: string })
  const result = results.find(({ index }) => index === unit)!
  expect(result.fuel).toBe(expected[unit]!.fuel)
  expect(readFileSync(join(out, result.file), 'utf8')).toBe(expected[unit]!.stdout)
  expect(logged('snapshot-dropped')).toBe(0)
}

it('a donor that is killed goes on from its last snapshot, with equal output and fuel', async () => {
  const pace = { lookMs: 100, everyMs: 300, youngMs: 300, longPauseMs: HOUR }
  swarm.donateHurried('donor', pace)
  await waitUntil('a snapshot', () => (snapshot()?.fuel ?? 0n) > quarterOf(0), 90_000)
  await swarm.kill('donor')
  const saved = snapshot()!
  await expectResumed(swarm.donateHurried('donor', pace), saved)
  expect(logged('unit-resumed')).toBe(1)
}, 120_000)

it('a donor that is told to stop saves its unit first, and goes on from there', async () => {
  await swarm.kill('donor', 'SIGTERM')
  const pace = { lookMs: HOUR, everyMs: HOUR, youngMs: 100, longPauseMs: HOUR }
  const donor = swarm.donateHurried('donor', pace)
  await donor.line((line) => {
    const slot = (line as Partial<DonorState>).slots?.[0]
    return slot?.phase === 'running' && slot.unit === '0.1' && BigInt(String(slot.fuel)) > quarterOf(1)
  })
  const before = logged('snapshot-saved')
  const { exitCode } = await donor.stop('SIGTERM')
  expect(exitCode).toBe(0)
  expect(logged('snapshot-saved')).toBe(before + 1)
  const saved = snapshot()!
  expect(saved.unit.index).toBe(1)
  await expectResumed(swarm.donateHurried('donor', pace), saved)
}, 120_000)
