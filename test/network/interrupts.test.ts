import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCli, type Running } from '../support/command-line.ts'
import { interruptRound } from '../support/interrupts/round.ts'

const dir = mkdtempSync(join(tmpdir(), 'powerswarm-dht-'))
let dht: Running
let bootstrap = ''

beforeAll(async () => {
  dht = await startCli(dir, 'bootstrap', '--json')
  ;({ bootstrap } = (await dht.line(() => true)) as { bootstrap: string })
})
afterAll(async () => {
  await dht.stop()
  rmSync(dir, { recursive: true })
})

/** The long form is `npm run prove -- interrupts`. */
it.each([11, 12])(
  'Ctrl-C leaves nothing half-done, and the same command works again (seed %i)',
  { timeout: 90_000 },
  async (seed) => {
    const { interrupts } = await interruptRound({ seed, bootstrap })
    expect(interrupts.map(({ command }) => command)).toEqual([
      'project create',
      'app add',
      'batch add',
      'batch add --inputs',
      'serve',
      'results',
      'backup',
      'restore',
    ])
  },
)
