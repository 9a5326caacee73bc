import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { modulesDir } from '../../scripts/setup/paths.mjs'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import { builtFile } from '../support/build.ts'
import { runCli, startCli, type Running } from '../support/command-line.ts'

const page = readFileSync(join(import.meta.dirname, '../../resources/docs/publish-work.md'), 'utf8')
/** The commands of the page, in order. */
const commands = [...page.matchAll(/^(?:powerswarm|npx|echo|mkdir texts) ?.*$/gm)].map(([line]) => line)
const fenced = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? ''
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')

let dir: string
const before = process.cwd()
const running: Running[] = []

beforeEach(async () => {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  dir = mkdtempSync(join(tmpdir(), 'powerswarm-publish-'))
  symlinkSync(modulesDir, join(dir, 'node_modules'), 'junction')
  // The page speaks of files in the folder that one is in.
  process.chdir(dir)
})
afterEach(async () => {
  for (const command of running.splice(0)) await command.stop('SIGKILL')
  process.chdir(before)
  rmSync(dir, { recursive: true })
})

it('the page leads from a program to results, command by command', { timeout: 150_000 }, async () => {
  const start = async (home: string, ...args: readonly string[]): Promise<Running> => {
    const command = await startCli(join(dir, home), ...args, '--json')
    running.push(command)
    return command
  }
  const dht = await start('dht', 'bootstrap')
  const { bootstrap } = (await dht.line(() => true)) as { bootstrap: string }
  writeFileSync('words.ts', fenced('ts'))
  writeFileSync('units.jsonl', fenced('json'))
  let link = ''
  let publisher: Running | undefined
  const done: string[] = []
  for (const command of commands) {
    const [name, ...args] = wordsOf(command)
    done.push(args.slice(0, 2).join(' '))
    if (name === 'npx')
      execFileSync(process.execPath, [join(modulesDir, 'assemblyscript/bin/asc.js'), ...args.slice(1)])
    else if (name === 'mkdir') mkdirSync('texts')
    else if (name === 'echo') writeFileSync(args[2] ?? '', `${args[0] ?? ''}\n`)
    else if (args[0] === 'serve') {
      publisher = await start('pub', ...args, '--host', '127.0.0.1')
      await publisher.line((line) => (line as PublisherStatus).serving)
      await start('donor', 'donate', link, '--cores', '1')
    } else {
      const more = args[1] === 'create' ? ['--bootstrap', bootstrap] : []
      const { exitCode, stdout, stderr } = await runCli(join(dir, 'pub'), ...args, ...more, '--json')
      expect({ command, exitCode, stderr }).toMatchObject({ exitCode: 0 })
      if (args[1] === 'create') link = (JSON.parse(stdout) as { link: string }).link
    }
  }
  expect(done).toEqual(
    expect.arrayContaining(['project close', 'cancel --batch', 'results --out', 'batch add']),
  )
  const result = (path: string): string => readFileSync(join('results', path), 'utf8')
  expect(['0', '1', '2'].map((n) => result(`batch-0/${n}.out`))).toEqual(['2\n', '3\n', '6\n'])
  expect(['dog.txt', 'fox.txt'].map((name) => result(`batch-1/${name}.out`))).toEqual(['0\n', '0\n'])
  expect(result('index.jsonl').trimEnd().split('\n')).toHaveLength(8)
})
