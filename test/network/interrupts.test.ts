import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCli, type Running } from '../support/command-line.ts'
import { interruptRound } from '../support/interrupts/round.ts'
import { tempDir } from '../support/temp-dir.ts'

let dht: Running
let bootstrap = ''

beforeAll(async () => {
  dht = await startCli(tempDir(), 'bootstrap', '--json')
  ;({ bootstrap } = (await dht.line(() => true)) as { bootstrap: string })
})
afterAll(async () => {
  await dht.stop()
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
