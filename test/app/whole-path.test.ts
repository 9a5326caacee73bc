import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { commandSwarm, verifiedAtLeast, type CommandSwarm } from '../support/command-swarm.ts'
import { donorView, publisherView } from '../support/credit-views.ts'
import type { LaunchedApp } from '../support/launch-app.ts'
import { childrenOf } from '../support/processes.ts'
import { waitUntil, isAlive } from '../support/wait-until.ts'
import { expect, test } from './app-test.ts'

/** The real engine, the real network, real slots: POWERSWARM_ENGINE empty means the built one. */
const REAL = { POWERSWARM_ENGINE: '', POWERSWARM_SHOW_WINDOW: '1' }

const statusOf = (page: Page): Promise<string | null> =>
  page.locator('[data-status]').first().getAttribute('data-status')
const hasStatus = (page: Page, status: string) =>
  waitUntil(`the status '${status}'`, async () => (await statusOf(page)) === status, 60_000)
const countedFuel = async (page: Page): Promise<bigint> =>
  BigInt((await page.locator('[data-credit="counted"] [data-fuel]').getAttribute('data-fuel')) ?? '0')

async function joinByWindow(swarm: CommandSwarm, page: Page): Promise<void> {
  await swarm.answer('app', 'donor', 'set', 'idleSeconds=2', 'screensaver=false', 'cores=1')
  await page.locator('#project-link').fill(swarm.link)
  await page.locator('#project-link').press('Enter')
}

/** The app's counted fuel once all units are granted to it. */
const wholeCredit = (swarm: CommandSwarm, units: number): Promise<bigint> =>
  waitUntil(
    'the whole credit',
    async () => {
      const { unitsVerified, countedFuel } = await swarm.donor('app')
      return unitsVerified === units && countedFuel
    },
    60_000,
  )

test('idle, computing, a real key press, paused, idle again, and credit that the ledger backs', async ({
  launch,
  input,
}) => {
  test.setTimeout(180_000)
  const UNITS = 120
  const swarm = await commandSwarm({ units: UNITS, exponents: 50 })
  try {
    const publisher = await swarm.serve()
    const app = await launch({ home: swarm.home('app'), env: REAL })
    const page = await app.page('tray')
    await hasStatus(page, 'paused')
    await joinByWindow(swarm, page)
    await hasStatus(page, 'computing')

    await input.key('space')
    await hasStatus(page, 'paused')
    expect((await swarm.donor('app')).phases).not.toContain('running')
    await hasStatus(page, 'computing')

    await swarm.donate('headless')
    await publisher.line(verifiedAtLeast(UNITS))
    const counted = await wholeCredit(swarm, UNITS)
    await waitUntil('it in the window', async () => (await countedFuel(page)) === counted)
    const shown = await countedFuel(page)
    await page.screenshot({ path: join(import.meta.dirname, 'shots/credit.png') })
    await app.close()
    await swarm.stop()

    const { projectKey, grants, onLedger } = await publisherView(swarm.projectDir)
    expect(onLedger).toEqual(grants)
    const own = donorView(swarm.home('app'), projectKey)
    expect(own.units).toHaveLength(UNITS)
    expect(shown).toBe(own.fuel)
  } finally {
    await swarm.close()
  }
})

test('kill -9 of app and engine in the middle of units: one grant per donor for each verified unit', async ({
  launch,
}) => {
  test.setTimeout(180_000)
  const UNITS = 60
  const swarm = await commandSwarm({ units: UNITS, exponents: 50 })
  const start = async (): Promise<{ app: LaunchedApp; page: Page }> => {
    const app = await launch({ home: swarm.home('app'), env: REAL })
    return { app, page: await app.page('tray') }
  }
  try {
    const publisher = await swarm.serve()
    await swarm.donate('headless')
    let { app, page } = await start()
    await joinByWindow(swarm, page)
    for (const verified of [10, 30]) {
      await publisher.line(verifiedAtLeast(verified))
      const family = [app.pid, ...childrenOf(app.pid)]
      for (const pid of family) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      await waitUntil('their end', () => !family.some(isAlive))
      ;({ app, page } = await start())
    }
    await publisher.line(verifiedAtLeast(UNITS))
    await wholeCredit(swarm, UNITS)
    await app.close()
    await swarm.stop()

    const { projectKey, grants, onLedger } = await publisherView(swarm.projectDir)
    expect(grants).toHaveLength(2 * UNITS)
    expect(new Set(grants).size).toBe(2 * UNITS)
    expect(onLedger).toEqual(grants)
    expect(donorView(swarm.home('app'), projectKey).units).toHaveLength(UNITS)
  } finally {
    await swarm.close()
  }
})
