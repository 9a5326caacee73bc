import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { copyingFiles } from '../slot/apps.ts'
import { builtFile } from '../support/build.ts'
import { runCli, startCli, type Running } from '../support/command-line.ts'
import { noise } from '../support/noise.ts'

const UNITS = 24
let dir: string
const running = new Set<Running>()

beforeAll(async () => {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  dir = mkdtempSync(join(tmpdir(), 'powerswarm-inputs-'))
  // Copies /in/a to /out/b; the rest is there to be fetched.
  writeFileSync(join(dir, 'copy.wasm'), copyingFiles())
  for (let i = 0; i < UNITS; i++) {
    const unit = join(dir, 'inputs', `sample-${String(i)}`)
    mkdirSync(unit, { recursive: true })
    writeFileSync(join(unit, 'a'), `content of ${String(i)}\n`)
    writeFileSync(join(unit, 'large'), noise(300_000, i))
    writeFileSync(join(unit, 'common'), noise(500_000, 99))
  }
})
afterAll(async () => {
  for (const command of running) await command.stop('SIGKILL')
  rmSync(dir, { recursive: true })
})

async function start(home: string, ...args: readonly string[]): Promise<Running> {
  const command = await startCli(join(dir, home), ...args, '--json')
  running.add(command)
  return command
}
async function answer(home: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await runCli(join(dir, home), ...args, '--json')
  if (stdout === '') throw new Error(`powerswarm ${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout)
}
const verified = (line: unknown): number =>
  (line as PublisherStatus).batches.reduce((sum, batch) => sum + batch.verified, 0)

it(
  'a folder of inputs becomes a folder of results, with files in and out, though publisher and donor are killed',
  { timeout: 150_000 },
  async () => {
    const dht = await start('dht', 'bootstrap')
    const { bootstrap } = (await dht.line(() => true)) as { bootstrap: string }
    const create = ['project', 'create', 'p', '--purpose', 'x', '--bootstrap', bootstrap]
    const { link } = (await answer('pub', ...create)) as { link: string }
    await answer('pub', 'app', 'add', join(dir, 'copy.wasm'))
    const work = ['--app', 'copy', '--inputs', join(dir, 'inputs'), '--arg', '{name}']
    expect(await answer('pub', 'batch', 'add', ...work)).toEqual({ batch: 0, units: UNITS, app: 0 })

    const serve = async (): Promise<Running> => {
      const publisher = await start('pub', 'serve', '--host', '127.0.0.1')
      await publisher.line((line) => (line as PublisherStatus).serving)
      return publisher
    }
    let publisher = await serve()
    const follow = await start('pub', 'results', '--out', join(dir, 'out'), '--follow')
    let donor = await start('donor', 'donate', link, '--cores', '1')
    await publisher.line((line) => verified(line) >= 3)
    await donor.stop('SIGKILL')
    await publisher.stop('SIGKILL')
    publisher = await serve()
    donor = await start('donor', 'donate', link, '--cores', '1')
    await publisher.line((line) => verified(line) === UNITS)
    await donor.line((line) => (line as DonorState).credit.unitsVerified === UNITS)

    const { exitCode, stdout } = await follow.ended
    expect({ exitCode, written: (JSON.parse(stdout) as { written: number }).written }).toEqual({
      exitCode: 0,
      written: UNITS,
    })
    for (let i = 0; i < UNITS; i++) {
      const made = join(dir, 'out/batch-0', `sample-${String(i)}`, 'b')
      expect(readFileSync(made, 'utf8')).toBe(`content of ${String(i)}\n`)
    }
    expect(readdirSync(join(dir, 'out/batch-0'))).toHaveLength(2 * UNITS)
    const index = readFileSync(join(dir, 'out/index.jsonl'), 'utf8').trimEnd().split('\n')
    const names = index.map((line) => (JSON.parse(line) as { name: string }).name)
    expect(new Set(names).size).toBe(UNITS)
    for (const command of [donor, publisher, dht]) expect((await command.stop('SIGINT')).exitCode).toBe(0)
  },
)
