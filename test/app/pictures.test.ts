import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { startVirtualDisplay } from '../../scripts/display/virtual-display.mjs'
import { rootDir } from '../../scripts/setup/paths.mjs'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import { commandSwarm } from '../support/command-swarm.ts'
import { expect, test } from './app-test.ts'

/** Both sizes of one picture; the app runs at two device pixels for one of CSS. */
async function shoot(page: Page, name: string): Promise<void> {
  const path = (size: string): string => join(rootDir, 'test/app/shots', `${name}-${size}.png`)
  await page.screenshot({ path: path('1x'), scale: 'css' })
  await page.screenshot({ path: path('2x'), scale: 'device' })
}

/**
 * Pictures of the real app at work, light and dark, for people to look at; the README's are chosen from them. What is
 * asserted is that they show units under way and verified results.
 */
test('tray window and screensaver at work', async ({ launch }) => {
  test.setTimeout(180_000)
  const swarm = await commandSwarm({ units: 300, exponents: 150 })
  const display = await startVirtualDisplay({ width: 2560, height: 1600 })
  try {
    await swarm.serve()
    // Ahead of the app, so that what the app computes is verified at once.
    const headless = await swarm.donate('headless')
    await headless.line((line) => (line as DonorState).credit.unitsPending >= 50)
    const app = await launch({
      home: swarm.home('app'),
      display: display.env,
      env: { POWERSWARM_ENGINE: '', POWERSWARM_SHOW_WINDOW: '1' },
      switches: ['--force-device-scale-factor=2'],
    })
    const page = await app.page('tray')
    await swarm.answer('app', 'donor', 'set', 'runWhen=always', 'cores=2')
    await swarm.answer('app', 'donor', 'join', swarm.link)
    await page.locator('[data-state="verified"]').nth(5).waitFor({ timeout: 60_000 })
    await page.locator('[data-unit]').first().waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await shoot(page, `at-work-${colorScheme}`)
    }
    await page.getByRole('button', { name: /screensaver/i }).click()
    const saver = await app.page('screensaver')
    await expect(saver.locator('[data-credit="counted"]')).not.toHaveText('0')
    await shoot(saver, 'screensaver')
  } finally {
    await swarm.close()
    await display.stop()
  }
})
