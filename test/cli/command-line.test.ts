import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatLink } from '../../src-main/contracts/wire/link.ts'
import type { ProjectKey } from '../../src-main/domain/ids.ts'
import { copyingFiles, counting } from '../slot/apps.ts'
import { builtFile } from '../support/build.ts'
import { runCli, runInside, startCli, type Ended } from '../support/command-line.ts'
import { appWithImport, printingApp } from '../support/small-apps.ts'

const LONG_TEXT = 'x'.repeat(3000)

let dir: string
let homeDir: string
const file = (name: string): string => join(dir, name)
const run = (...args: readonly string[]): Promise<Ended> => runCli(homeDir, ...args)

beforeAll(async () => {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  dir = mkdtempSync(join(tmpdir(), 'command-line-'))
  homeDir = file('home')
  const hello = printingApp('hello\n')
  writeFileSync(file('hello.wasm'), hello)
  writeFileSync(file('three.wasm'), printingApp('three\n', 3))
  writeFileSync(file('copying.wasm'), copyingFiles())
  writeFileSync(file('counting.wasm'), counting(1000n))
  writeFileSync(file('text.wasm'), 'print("hello")\n')
  writeFileSync(file('empty.wasm'), '')
  writeFileSync(file('truncated.wasm'), hello.subarray(0, hello.length - 5))
  writeFileSync(file('socket.wasm'), appWithImport('env', 'socket'))
  mkdirSync(file('folder.wasm'))
}, 120_000)
afterAll(() => rmSync(dir, { recursive: true }))

/** One line on standard error, no stack, nothing on standard output. */
function expectRefusal({ exitCode, stdout, stderr }: Ended, expectedExitCode: number, words: RegExp): void {
  expect(stderr).toMatch(words)
  expect(stderr).toMatch(/^powerswarm: [^\n]+\n$/)
  expect(stderr).not.toMatch(/\bat .+:\d+:\d+/)
  expect({ exitCode, stdout }).toEqual({ exitCode: expectedExitCode, stdout: '' })
}

describe('usage', () => {
  it.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [['project', 'nonsense'], /unknown command 'nonsense'/],
    [['statsu'], /unknown command 'statsu'; did you mean 'status'\?/],
    [['batch', 'ad'], /unknown command 'ad'; did you mean 'add'\?/],
    [['status', '--nonsense'], /unknown option '--nonsense'/],
    [['results', '--output', 'x'], /unknown option '--output' \(Did you mean --out\?\)/],
    [['serve', '--verify-core', '1'], /\(Did you mean --verify-cores\?\)/],
    [['project', 'create', '--purpose', 'p'], /missing required argument 'name'/],
    [['project', 'create', 'x'], /--purpose/],
    [['project', 'create', '—', '--purpose', 'p'], /no letter or digit/],
    [['project', 'create', 'x', '--purpose', ''], /purpose of the project is empty/],
    [['project', 'create', 'a\u001b[31m', '--purpose', 'p'], /control/],
    [['project', 'create', 'x', '--purpose', 'p', '--bootstrap', 'nowhere'], /--bootstrap takes host:port/],
    [['app', 'add', 'a.wasm', '--memory', 'much'], /--memory takes a size/],
    [['app', 'add', 'a.wasm', '--memory', '64GiB'], /--memory must be from 64 KiB to 2 GiB/],
    [['batch', 'add', '--app', 'a', '--range', '9..1'], /ends before it begins/],
    [['batch', 'add', '--app', 'a', '--range', '0-9'], /looks like 0\.\.999/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--arg', '{m}'], /only placeholder is \{n\}/],
    [['batch', 'add', '--app', 'a'], /Say where the units come from/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--inputs', 'x'], /not from both/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--priority', 'high'], /--priority takes a whole/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--reserve', 'some'], /--reserve takes a whole/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--deadline', 'soon'], /--deadline takes a date/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--deadline', '2001-01-01'], /is over/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--quorum', '0'], /--quorum must be from 1 to 8/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--max-fuel', '1e99'], /--max-fuel/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--max-error', '0'], /A largest error lies between/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--max-error', 'x'], /A largest error lies between/],
    [['ban', '12'], /'12' is no donor key/],
    [['retry', 'all'], /'all' is neither a batch/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--output', '1GiB'], /--output must be/],
    [['batch', 'add', '--app', 'a', '--range', '0..9', '--arg', 'a\nb'], /Argument 1 has control/],
    [
      ['batch', 'add', '--app', 'a', '--range', '0..9', '--arg', LONG_TEXT, '--arg', LONG_TEXT],
      /arguments may together become longer than 4096/,
    ],
    [['app', 'add', 'a.wasm', '--name', ' '], /name of the app is empty/],
    [['app', 'add', 'a.wasm', '--name', 'a\nb'], /name of the app has control/],
    [['serve', '--verify-cores', '-1'], /--verify-cores/],
    [['serve', '--host', '999.9'], /--host takes an IPv4 address/],
    [['serve', '--host', 'nohost'], /--host takes an IPv4 address/],
    [['bootstrap', '--host', '999.1.1.1'], /--host takes an IPv4 address/],
    [['donate', 'http://example.org'], /not a valid Powerswarm link/],
    [['donate', 'powerswarm://ybndrfg8'], /not a valid Powerswarm link/],
    [['donor', 'join', 'powerswarm://'], /not a valid Powerswarm link/],
    [['donor', 'set', 'idleSeconds'], /name=value/],
    [['donor', 'set', 'nonsense=1'], /no preference named 'nonsense'/],
    [['donor', 'set', 'cores=many'], /'cores' must be a whole number/],
    [['run', 'a.wasm', '--max-fuel', 'x'], /--max-fuel takes a number/],
    [['results'], /--out/],
    [['receipt', 'alice', '--out', 'x'], /donor key has 64 hexadecimal digits, not 'alice'/],
    [['receipt', 'ab'.repeat(32)], /--out/],
    [['donor', 'receipt'], /--out/],
    [['backup'], /--out/],
    [['restore'], /missing required argument 'dir'/],
    [['project', 'export-key'], /--out/],
    [['project', 'import-key'], /missing required argument 'file'/],
    [['verify'], /missing required argument 'file'/],
    [['verify', 'x', '--link', 'y'], /not a valid Powerswarm link/],
    [['verify', 'x', '--project-key', 'zz'], /--project-key takes 64 hexadecimal digits, not 'zz'/],
    [['verify', 'x', '--link', 'y', '--project-key', 'z'], /not by both/],
  ])('%j is refused with status 2', async (args, words) => {
    expectRefusal(await run(...args), 2, words)
  })

  it.skipIf(process.platform === 'win32')('is refused in one line, also where it is no text', async () => {
    const words = ['sh', '-c', `exec "$@" "$(printf '\\377\\033[2J\\200')"`, 'sh']
    expectRefusal(await runInside(words, homeDir, 'status'), 2, /too many arguments|unknown|excess/i)
    expectRefusal(await runInside(words, homeDir), 2, /unknown command/)
  })

  it('leaves nothing behind', () => {
    expect(readdirSync(dir)).not.toContain('home')
  })

  it('is an error object for programs', async () => {
    const { exitCode, stderr } = await run('donate', 'x', '--json')
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'bad-link' } })
    expect(exitCode).toBe(2)
  })

  it('is taught by help with examples', async () => {
    for (const args of [[], ['--help'], ['batch'], ['batch', 'add', '--help'], ['run', '-h']]) {
      const { exitCode, stdout, stderr } = await run(...args)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(stdout).toContain('Usage: powerswarm')
      if (args.length !== 1 || args[0] !== 'batch') expect(stdout).toMatch(/Examples?:\n {2}powerswarm /)
    }
  })
})

describe('verify', () => {
  const vectors = (name: string): readonly { name: string; projectKey: ProjectKey; file: string }[] =>
    JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/proofs', name), 'utf8')) as never
  const saved = (name: string, list: string, vector: string): { path: string; projectKey: ProjectKey } => {
    const { projectKey, file: hex } = vectors(list).find((each) => each.name === vector)!
    writeFileSync(file(name), Buffer.from(hex, 'hex'))
    return { path: file(name), projectKey }
  }

  it('says what a receipt proves and what it does not', async () => {
    const { path, projectKey } = saved('a.receipt', 'receipts.json', 'block 20 of 37 is proven')
    const { exitCode, stdout } = await run('verify', path, '--project-key', projectKey)
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^The receipt holds\.\n.+147 fuel\).+does not prove/s) as string,
    })
    expect(stdout).toContain(`donor    ${'d0'.repeat(32)}`)
    expect(stdout).not.toContain('You named no project')
    expect((await run('verify', path)).stdout).toContain('You named no project')
    const link = formatLink({ projectKey })
    const answer = JSON.parse((await run('verify', path, '--link', link, '--json')).stdout) as unknown
    expect(answer).toMatchObject({ holds: true, compared: true, projectKey, cumulativeFuel: '147', epoch: 0 })
  })

  it('shows what evidence proves', async () => {
    const { path } = saved('a.evidence', 'evidence.json', 'heads of 7 and 9 blocks that differ at block 6')
    const { exitCode, stdout } = await run('verify', path)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^The evidence holds\.\n.+ledger 0, within its first 7 blocks.+does not prove/s)
  })

  it('ends with status 1 when nothing is proven', async () => {
    const { path } = saved('b.receipt', 'receipts.json', 'a broken signature is refused')
    const { exitCode, stdout } = await run('verify', path)
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: 'The receipt does not hold: the ledger’s signature does not cover the grant\n',
    })
    const other = ['verify', file('a.receipt'), '--project-key', '11'.repeat(32)]
    expect((await run(...other)).stdout).toMatch(/does not hold: it is about another project/)
    expect(await run('verify', file('hello.wasm'))).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^The receipt does not hold: .+does not begin as/) as string,
    })
    expectRefusal(await run('verify', file('nowhere')), 1, /The receipt .+nowhere does not exist/)
  })
})

const refusedModules = [
  ['nowhere.wasm', /nowhere\.wasm does not exist/],
  ['folder.wasm', /is a folder, not a file/],
  ['text.wasm', /is not a WebAssembly module/],
  ['empty.wasm', /is empty/],
  ['truncated.wasm', /truncated\.wasm: .*not a usable WebAssembly module/],
  ['socket.wasm', /socket\.wasm: .*import env\.socket is unknown/],
] as const

/** Slots run at the lowest priority: on a busy machine they take their time. */
const SLOT_TIMEOUT = { timeout: 60_000 }

describe('run', SLOT_TIMEOUT, () => {
  it.each(refusedModules)('refuses %s', async (name, words) => {
    expectRefusal(await run('run', file(name)), 1, words)
  })

  it('prints what the unit prints, and how it ended beside it', async () => {
    const { exitCode, stdout, stderr } = await run('run', file('hello.wasm'))
    expect(stdout).toBe('hello\n')
    expect(stderr).toMatch(/^ok · [\d.]+ k fuel · [\d.]+ s · .+\n$/)
    expect(exitCode).toBe(0)
  })

  it('costs the same every time', async () => {
    const fuel = async (): Promise<unknown> => {
      const { stdout } = await run('run', file('hello.wasm'), '--json')
      return (JSON.parse(stdout) as { fuel: string }).fuel
    }
    expect(await fuel()).toBe(await fuel())
  })

  it('costs the same with checkpoints, and says where there can be none', async () => {
    const fuel = async (...more: readonly string[]): Promise<unknown> => {
      const { stdout } = await run('run', file('counting.wasm'), '--json', ...more)
      return (JSON.parse(stdout) as { fuel: string }).fuel
    }
    expect(await fuel('--checkpoint')).toBe(await fuel())
    expectRefusal(await run('run', file('hello.wasm'), '--checkpoint'), 1, /no safe point/)
  })

  it('gives the unit a folder and puts what it leaves into another', async () => {
    mkdirSync(file('given'))
    writeFileSync(join(file('given'), 'a'), 'from a to b')
    const args = ['run', file('copying.wasm'), '--in', file('given'), '--out', file('made')]
    const { exitCode, stderr } = await run(...args)
    expect(stderr).toMatch(/^ok · .+ · 1 file · /)
    expect(exitCode).toBe(0)
    expect(readFileSync(join(file('made'), 'b'), 'utf8')).toBe('from a to b')
    expectRefusal(
      await run('run', file('copying.wasm'), '--in', file('nowhere')),
      1,
      /nowhere does not exist/,
    )
  })

  it('fails with a unit that fails', async () => {
    const { exitCode, stdout, stderr } = await run('run', file('three.wasm'), '--quiet')
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: 'three\n', stderr: '' })
  })

  it('stops a unit at its limit', async () => {
    const { exitCode, stdout } = await run('run', file('hello.wasm'), '--max-fuel', '3', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'out-of-fuel' })
    expect(exitCode).toBe(1)
  })
})

describe('a project', SLOT_TIMEOUT, () => {
  it('is needed first', async () => {
    expectRefusal(await run('status'), 1, /There is no project in .+project create/)
  })

  it('is made once, with a link that stays', async () => {
    const { exitCode, stdout } = await run('project', 'create', 'Hello World', '--purpose', 'Say hello')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^powerswarm:\/\/[a-z0-9]{55}\n$/)
    expect(await run('project', 'link')).toEqual({ exitCode: 0, stdout, stderr: '' })
    const again = await run('project', 'create', 'hello world', '--purpose', 'Once more')
    expectRefusal(again, 1, /There is a project 'hello world' already/)
    expect(readdirSync(join(homeDir, 'publisher'))).toEqual(['hello-world'])
  })

  it.each(refusedModules)('takes no app from %s', async (name, words) => {
    expectRefusal(await run('app', 'add', file(name)), 1, words)
    const { stdout } = await run('status', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ apps: [] })
  })

  it('publishes an app and shows what it may do', async () => {
    const { exitCode, stdout, stderr } = await run('app', 'add', file('hello.wasm'))
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^app 0 'hello' [0-9a-f]{64}\n$/)
    expect(stderr).toContain('network  none')
    expectRefusal(await run('app', 'add', file('hello.wasm')), 1, /has this module already/)
  })

  it('publishes an app with checkpoints beside the one without, and says why it cannot', async () => {
    expectRefusal(await run('app', 'add', file('hello.wasm'), '--checkpoint'), 1, /no safe point/)
    const added = await run('app', 'add', file('counting.wasm'), '--checkpoint')
    expect(added.stdout).toMatch(/^app 1 'counting' [0-9a-f]{64}, with checkpoints\n$/)
    const { stdout } = await run('status', '--json')
    const { apps } = JSON.parse(stdout) as { apps: { checkpoint: boolean }[] }
    expect(apps.map(({ checkpoint }) => checkpoint)).toEqual([false, true])
  })

  it('publishes batches of an app that exists', async () => {
    expectRefusal(await run('batch', 'add', '--app', 'other', '--range', '0..9'), 1, /no app 'other'/)
    const args = [
      '--app',
      'hello',
      '--range',
      '5..14',
      '--arg',
      '{n}',
      '--max-fuel',
      '1e9',
      '--output',
      '1KiB',
    ]
    expect(await run('batch', 'add', ...args)).toMatchObject({ exitCode: 0, stdout: 'batch 0: 10 units\n' })
    const same = await run('batch', 'add', '--app', 'hello', '--range', '0..1', '--arg', 'n')
    expect(same.stderr).toBe('No argument holds {n}: all 2 units do the same.\n')
    const { stdout } = await run('status', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'Hello World',
      serving: false,
      batches: [
        { batch: 0, app: 0, units: 10, unsent: 10, verified: 0 },
        { batch: 1, units: 2 },
      ],
      ledger: { fuel: '0' },
    })
    expect((await run('status')).stdout).toContain('batch 0 (hello): 0 of 10 units verified, 10 unsent')
  })

  it('publishes an app once more for a batch that wants more memory, and only once', async () => {
    const add = ['batch', 'add', '--app', 'hello', '--range', '0..0', '--arg', '{n}', '--memory']
    expect((await run(...add, '1MiB')).exitCode).toBe(0)
    expect((await run(...add, '1MiB')).exitCode).toBe(0)
    expectRefusal(await run(...add, '1KiB'), 2, /--memory must be from 64 KiB/)
    const { apps, batches } = JSON.parse((await run('status', '--json')).stdout) as {
      apps: { name: string; app: number }[]
      batches: { app: number }[]
    }
    expect(apps.map(({ name }) => name)).toEqual(['hello', 'counting', 'hello'])
    expect(batches.map(({ app }) => app)).toEqual([0, 0, 2, 2])
  })

  it('says what a cancellation took back, and what was taken back before', async () => {
    const first = await run('cancel', '--unit', '1.0')
    expect(first).toEqual({ exitCode: 0, stdout: 'cancelled 1 unit\n', stderr: '' })
    const { stdout } = await run('cancel', '--batch', '1')
    expect(stdout).toBe('batch 1: cancelled 1 unit; 1 unit was cancelled before\n')
    expect((await run('cancel', '--batch', '1')).stdout).toBe(
      'batch 1: cancelled nothing; 2 units were cancelled before\n',
    )
    expectRefusal(await run('cancel', '--batch', '9'), 1, /no batch 9/)
    expect((await run('status')).stdout).toContain('batch 1 (hello): 0 of 2 units verified, 2 cancelled')
  })

  it.each([
    ['status'],
    ['project info'],
    ['project link'],
    ['donors'],
    ['retry 0'],
    ['cancel --batch 1'],
    ['batch add --app hello --range 0..1'],
  ])('%s says the answer alone when it is to be quiet', async (words) => {
    const { exitCode, stdout, stderr } = await run(...words.split(' '), '--quiet')
    expect({ exitCode, stderr, isEmpty: stdout === '' }).toEqual({ exitCode: 0, stderr: '', isEmpty: false })
  })

  it('writes results, of which there are none yet', async () => {
    const { exitCode, stdout } = await run('results', '--out', file('results'), '--json')
    expect({ exitCode, answer: JSON.parse(stdout) as unknown }).toEqual({
      exitCode: 0,
      answer: { out: file('results'), written: 0 },
    })
    expect(readFileSync(file('results/index.jsonl'), 'utf8')).toBe('')
  })

  it('is not served at an address of another machine', async () => {
    const refused = await run('serve', '--host', '192.0.2.1', '--verify-cores', '0')
    expectRefusal(refused, 2, /This machine has no address 192\.0\.2\.1/)
  })

  it('takes its turn when several commands want it at once', async () => {
    const ended = await Promise.all([1, 2, 3, 4].map(() => run('status', '--json')))
    expect(ended.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      ended.map(() => ({ exitCode: 0, stderr: '' })),
    )
  })

  it('is whole or not there when its making is killed', async () => {
    const otherHome = file('killed')
    mkdirSync(join(otherHome, 'publisher'), { recursive: true })
    const watcher = watch(join(otherHome, 'publisher'))
    const { child, ended } = await startCli(otherHome, 'project', 'create', 'x', '--purpose', 'y')
    await once(watcher, 'change')
    child.kill('SIGKILL')
    await ended
    watcher.close()
    const left = readdirSync(join(otherHome, 'publisher'))
    expect(left.filter((name) => !name.startsWith('.new-'))).toEqual([])
    expect(left).toHaveLength(1)
    expect((await runCli(otherHome, 'project', 'create', 'x', '--purpose', 'y')).exitCode).toBe(0)
    expect((await runCli(otherHome, 'status')).exitCode).toBe(0)
  })

  it('is backed up and restored elsewhere, but not over itself or from nothing', async () => {
    const { exitCode, stdout, stderr } = await run('backup', '--out', file('backup'))
    expect({ exitCode, stdout: stdout.trim() }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining(file('backup/hello-world/')) as string,
    })
    expect(stderr).toContain('the project’s key')
    expectRefusal(await run('restore', file('backup')), 1, /There is a project in .+ already/)
    expectRefusal(await run('restore', file('nowhere')), 1, /There is no backup in/)
    const elsewhere = file('elsewhere')
    const { stdout: link } = await run('project', 'link')
    expect(await runCli(elsewhere, 'restore', file('backup'), '--newest', '--quiet')).toEqual({
      exitCode: 0,
      stdout: link,
      stderr: '',
    })
    const { stdout: status } = await runCli(elsewhere, 'status')
    expect(status).toContain('batch 0 (hello): 0 of 10 units verified')
  })

  it('waits for a donor when its backup may not be the newest', async () => {
    const elsewhere = file('waiting')
    expect((await runCli(elsewhere, 'restore', file('backup'))).stderr).toContain('once a donor')
    expect((await runCli(elsewhere, 'status')).stdout).toMatch(/WAITING {2}This project was restored/)
    const more = await runCli(elsewhere, 'batch', 'add', '--app', 'hello', '--range', '0..1')
    expectRefusal(more, 1, /restored from a backup and writes nothing until a donor/)
  })

  it('has to be chosen when there are several', async () => {
    await run('project', 'create', 'other', '--purpose', 'Something else')
    expectRefusal(await run('status'), 2, /--project; there is hello-world, other/)
    expectRefusal(await run('status', '--project', 'third'), 1, /no project 'third'/)
    const { stdout } = await run('--project', 'Hello World', 'status')
    expect(stdout).toContain('Hello World')
  })
})
