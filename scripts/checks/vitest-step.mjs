import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runForeground } from '../setup/foreground.mjs'
import { modulesDir, rootDir } from '../setup/paths.mjs'
import { readIfPresent } from '../setup/stamp.mjs'
import { reconcile } from './tally.mjs'

/**
 * Runs one vitest project, its output on the terminal.
 * @param {string} project
 * @param {Record<string, string>} env added to the environment
 * @returns {Promise<import('./tally.mjs').TestOutcome[]>}
 */
export async function runVitest(project, env) {
  const folder = mkdtempSync(join(tmpdir(), 'powerswarm-tests-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=dot', `--reporter=${join(rootDir, 'scripts/checks/vitest-reporter.mjs')}`]
    const vitest = join(modulesDir, 'vitest/vitest.mjs')
    const args = [vitest, 'run', '--project', project, ...reporters]
    const status = await runForeground(process.execPath, args, {
      cwd: rootDir,
      env: { ...process.env, ...env, POWERSWARM_TEST_REPORT: report },
    })
    const text = readIfPresent(report)
    return reconcile(`vitest ${project}`, status, text === undefined ? undefined : JSON.parse(text))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
