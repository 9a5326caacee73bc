import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { builtFile } from '../support/build.ts'
import { runCli, startCli, type Running } from '../support/command-line.ts'
import { printingApp } from '../support/small-apps.ts'

let dir: string
const running: Running[] = []
const start = async (home: string, ...args: readonly string[]): Promise<Running> => {
  const command = await startCli(join(dir, home), ...args, '--json')
  running.push(command)
  return command
}
const answer = async (home: string, ...args: readonly string[]): Promise<unknown> => {
  const { stdout, stderr } = await runCli(join(dir, home), ...args, '--json')
  return JSON.parse(stdout === '' ? stderr : stdout)
}
const verified = (line: unknown): number =>
  (line as PublisherStatus).batches.reduce((sum, batch) => sum + batch.verified, 0)

beforeEach(async () => {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  dir = mkdtempSync(join(tmpdir(), 'command-line-'))
  writeFileSync(join(dir, 'hello.wasm'), printingApp('hello\n'))
})
afterEach(async () => {
  for (const command of running.splice(0)) await command.stop('SIGKILL')
  rmSync(dir, { recursive: true })
})

it(
  'publishes, serves, donates and collects by commands alone, and survives a kill',
  { timeout: 180_000 },
  async () => {
    const dht = await start('dht', 'bootstrap')
    const { bootstrap } = (await dht.line(() => true)) as { bootstrap: string }
    const { link } = (await answer(
      'pub',
      'project',
      'create',
      'p',
      '--purpose',
      'x',
      '--bootstrap',
      bootstrap,
    )) as {
      link: string
    }
    await answer('pub', 'app', 'add', join(dir, 'hello.wasm'))
    await answer('pub', 'batch', 'add', '--app', 'hello', '--range', '0..4')

    const publisher = await start('pub', 'serve', '--host', '127.0.0.1')
    await publisher.line((line) => (line as PublisherStatus).serving)
    expect(await answer('pub', 'serve')).toMatchObject({
      error: {
        code: 'data-folder-in-use',
        message: expect.stringContaining(`process ${String(publisher.child.pid)} `) as string,
      },
    })
    expect(await answer('pub', 'batch', 'add', '--app', 'hello', '--range', '5..9')).toEqual({
      batch: 1,
      units: 5,
      app: 0,
    })

    const donor = await start('donor', 'donate', link, '--cores', '1')
    const [status, state] = await Promise.all([
      // Verified first, on the ledger a moment later.
      publisher.line((line) => verified(line) === 10 && (line as PublisherStatus).ledger.grants === 10),
      donor.line((line) => (line as DonorState).credit.unitsVerified === 10),
    ])
    const granted = BigInt(String((status as PublisherStatus).ledger.fuel))
    expect(granted).toBeGreaterThan(0n)
    expect(BigInt(String((state as DonorState).credit.counted))).toBe(granted)
    expect(await answer('donor', 'donor', 'set', 'cores=2')).toMatchObject({ cores: 2 })

    expect(await answer('pub', 'results', '--out', join(dir, 'out'))).toMatchObject({ written: 10 })
    expect(readFileSync(join(dir, 'out/batch-1/9.out'), 'utf8')).toBe('hello\n')
    expect(await answer('pub', 'results', '--out', join(dir, 'out'))).toMatchObject({ written: 0 })

    const [first = ''] = readFileSync(join(dir, 'out/index.jsonl'), 'utf8').split('\n')
    const { donors } = JSON.parse(first) as { donors: [string] }
    const [donorKey] = donors
    const granting = { out: join(dir, 'a.receipt'), cumulativeFuel: granted.toString() }
    expect(await answer('pub', 'receipt', donorKey, '--out', granting.out)).toMatchObject(granting)
    await publisher.stop('SIGKILL')
    const own = join(dir, 'own.receipt')
    expect(await answer('donor', 'donor', 'receipt', '--out', own)).toMatchObject({ donorKey })
    for (const file of [granting.out, own])
      expect(await answer('visitor', 'verify', file, '--link', link)).toMatchObject({
        holds: true,
        compared: true,
        donorKey,
        cumulativeFuel: granted.toString(),
      })
    const after = (await answer('pub', 'status')) as PublisherStatus
    expect({ serving: after.serving, verified: verified(after), fuel: after.ledger.fuel }).toEqual({
      serving: false,
      verified: 10,
      fuel: granted.toString(),
    })

    const restarted = await start('pub', 'serve', '--host', '127.0.0.1')
    await restarted.line((line) => (line as PublisherStatus).serving)
    for (const command of [donor, restarted, dht]) {
      const { exitCode, stderr } = await command.stop('SIGINT')
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: expect.not.stringContaining('powerswarm: ') as string,
      })
    }
    expect(existsSync(join(dir, 'pub/publisher/p/engine.lock'))).toBe(false)
    expect(existsSync(join(dir, 'donor/donor/engine.lock'))).toBe(false)
  },
)
