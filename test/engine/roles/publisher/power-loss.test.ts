import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { powerTrial } from '../../../support/power-loss/trial.ts'

/** Between them these meet every kind of loss; `npm run prove -- power-loss` runs a thousand. */
const SEEDS = [0, 3, 6]

it('power cuts never fork a core and never lose or double a grant', { timeout: 120_000 }, async () => {
  const met = { tailsLost: 0, coresLost: 0, oldDatabasesRefused: 0, oldCopiesRefused: 0 }
  for (const seed of SEEDS) {
    const report = await powerTrial(seed, mkdtempSync(join(tmpdir(), 'powerswarm-power-')))
    for (const kind of Object.keys(met) as (keyof typeof met)[]) met[kind] += report[kind]
    expect(report.grants).toBeGreaterThan(0)
  }
  for (const [kind, times] of Object.entries(met)) expect(times, kind).toBeGreaterThan(0)
})
