import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canStartVirtualDisplay, hasDisplay } from '../display/virtual-display.mjs'
import { electronEnvironment } from '../electron/environment.mjs'
import { withDisplay } from '../electron/launch.mjs'
import { electronRuntime } from '../setup/electron-runtime.mjs'
import { runForeground } from '../setup/foreground.mjs'
import { modulesDir, rootDir } from '../setup/paths.mjs'
import { readIfPresent } from '../setup/stamp.mjs'
import { playwrightOutcomes } from './playwright-report.mjs'
import { reconcile } from './tally.mjs'

const playwright = join(modulesDir, '@playwright/test/cli.js')
const config = join(rootDir, 'test/app/playwright.config.ts')

/**
 * Runs the app tests against the built app, under a virtual display where needed. Where there can be no display, or
 * no Electron, each is counted as skipped.
 * @returns {Promise<import('./tally.mjs').TestOutcome[]>}
 */
export async function runAppTests() {
  const obstacle = whyNot()
  if (obstacle !== undefined) {
    const listed = await runPlaywright(['--list'], {})
    return reconcile('app tests', listed.status, listed.outcomes).map((outcome) =>
      outcome.state === 'failed' ? outcome : { ...outcome, state: 'skipped', reason: obstacle },
    )
  }
  const { status, outcomes } = await withDisplay((display) =>
    runPlaywright([], { ...electronEnvironment(), ...display }),
  )
  return reconcile('app tests', status, outcomes)
}

/** @returns {string | undefined} */
function whyNot() {
  if (electronRuntime() === undefined) return 'no Electron runs on this machine'
  if (!hasDisplay() && !canStartVirtualDisplay()) return 'no display, and Xvfb is not installed'
  return undefined
}

/**
 * @param {string[]} options
 * @param {Record<string, string>} env
 */
async function runPlaywright(options, env) {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-app-tests-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = options.includes('--list') ? 'json' : 'list,json'
    const args = [playwright, 'test', '--config', config, `--reporter=${reporters}`, ...options]
    const status = await runForeground(process.execPath, args, {
      cwd: rootDir,
      env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    })
    const text = readIfPresent(report)
    return { status, outcomes: text === undefined ? undefined : playwrightOutcomes(JSON.parse(text)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
