import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { builtFile } from '../support/build.ts'
import { runCli, startCli } from '../support/command-line.ts'
import { noise } from '../support/noise.ts'
import { printingApp } from '../support/small-apps.ts'

const FILES = 400
let dir: string
let homeDir: string

beforeAll(async () => {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  dir = mkdtempSync(join(tmpdir(), 'batch-inputs-'))
  homeDir = join(dir, 'home')
  writeFileSync(join(dir, 'hello.wasm'), printingApp('hello\n'))
  mkdirSync(join(dir, 'inputs'))
  for (let i = 0; i < FILES; i++) writeFileSync(join(dir, 'inputs', `file-${String(i)}`), noise(500_000, i))
  await runCli(homeDir, 'project', 'create', 'p', '--purpose', 'x')
  await runCli(homeDir, 'app', 'add', join(dir, 'hello.wasm'))
}, 120_000)
afterAll(() => rmSync(dir, { recursive: true }))

const add = (path: string): string[] => ['batch', 'add', '--app', 'hello', '--inputs', path, '--json']
const batches = async (): Promise<number[]> => {
  const { stdout } = await runCli(homeDir, 'status', '--json')
  return (JSON.parse(stdout) as PublisherStatus).batches.map(({ units }) => units)
}

it(
  'a batch with inputs is there whole or not at all, whenever adding it is killed or refused',
  { timeout: 90_000 },
  async () => {
    for (const afterMs of [300, 700, 1200]) {
      const adding = await startCli(homeDir, ...add(join(dir, 'inputs')))
      await delay(afterMs)
      await adding.stop('SIGKILL')
      expect((await batches()).filter((units) => units !== FILES)).toEqual([])
    }
    const list = join(dir, 'list.jsonl')
    writeFileSync(list, '{"args":["1"]}\n{"argz":["2"]}\n')
    const refused = await runCli(homeDir, ...add(list))
    expect(JSON.parse(refused.stderr)).toMatchObject({
      error: { code: 'bad-argument', message: expect.stringContaining('list.jsonl:2: ') as string },
    })
    const nowhere = await runCli(homeDir, ...add(join(dir, 'nowhere')))
    expect(JSON.parse(nowhere.stderr)).toMatchObject({ error: { code: 'file-not-found' } })
    const before = await batches()
    writeFileSync(list, '{"args":["1"]}\n{"args":["2"]}\n')
    expect(JSON.parse((await runCli(homeDir, ...add(list))).stdout)).toMatchObject({ units: 2 })
    expect(JSON.parse((await runCli(homeDir, ...add(join(dir, 'inputs')))).stdout)).toMatchObject({
      units: FILES,
    })
    expect(await batches()).toEqual([...before, 2, FILES])
  },
)
