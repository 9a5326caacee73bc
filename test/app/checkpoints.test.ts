import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DonorState, SlotView } from '../../src-main/contracts/donor-state.ts'
import { parseHeader } from '../../src-main/engine/adapters/snapshots/snapshot-file.ts'
import { donorPaths, logsDir } from '../../src-main/engine/data-folder.ts'
import { commandSwarm, type CommandSwarm } from '../support/command-swarm.ts'
import { waitUntil } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

const REAL = { POWERSWARM_ENGINE: '', POWERSWARM_SHOW_WINDOW: '1' }

/** What runs in the app's slot, once it is as far as `fits` wants it. */
function running(swarm: CommandSwarm, fits: (slot: SlotView) => boolean): Promise<SlotView> {
  return waitUntil(
    'the unit',
    async () => {
      const { slots } = (await swarm.answer('app', 'donor', 'status')) as DonorState
      return slots.find((slot) => slot.phase === 'running' && fits(slot))
    },
    120_000,
  )
}
/** JSON carries fuel as text. */
const fuelOf = ({ fuel }: SlotView): bigint => BigInt(String(fuel))

test('Quit in the middle of a unit saves it; the app that is started again goes on from there', async ({
  launch,
  trayHost,
}) => {
  test.setTimeout(300_000)
  // About half a minute of work, so that it is not done before it is old enough to be saved.
  const swarm = await commandSwarm({ units: 1, first: 9, exponents: 1500, quorum: 1, checkpoint: true })
  const home = swarm.home('app')
  const logged = (event: string): number =>
    readFileSync(join(logsDir(home), 'donor.jsonl'), 'utf8').split(`"${event}"`).length - 1
  try {
    await swarm.serve()
    const app = await launch({ home, env: REAL })
    const page = await app.page('tray')
    await page.locator('[data-status="paused"]').first().waitFor()
    await swarm.answer('app', 'donor', 'set', 'idleSeconds=2', 'screensaver=false', 'cores=1')
    await swarm.answer('app', 'donor', 'join', swarm.link)
    const before = await running(swarm, (slot) => slot.elapsedMs > 12_000 && fuelOf(slot) > 0n)
    const closed = app.electron.waitForEvent('close')
    await (await trayHost.item).choose('Quit')
    await closed

    const { snapshotsDir } = donorPaths(home)
    const files = readdirSync(snapshotsDir)
    expect(files).toHaveLength(1)
    const saved = parseHeader(readFileSync(join(snapshotsDir, files[0]!)))
    expect(saved.fuel).toBeGreaterThanOrEqual(fuelOf(before))
    expect(saved.computedMs).toBeGreaterThan(12_000)

    await launch({ home, env: REAL })
    const after = await running(swarm, (slot) => fuelOf(slot) > saved.fuel)
    expect(after.unit).toBe(before.unit)
    expect(after.elapsedMs).toBeGreaterThan(saved.computedMs)
    expect([logged('unit-resumed'), logged('snapshot-dropped')]).toEqual([1, 0])
  } finally {
    await swarm.close()
  }
})
