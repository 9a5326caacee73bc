import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import { builtDemo, builtFile } from '../support/build.ts'
import { runInside, startCliInside, type Running } from '../support/command-line.ts'

/** The commands of the page, in order, each as one line. */
const page = readFileSync(join(import.meta.dirname, '../../resources/docs/lan.md'), 'utf8')
const commands = [...page.matchAll(/^ *npm run -s powerswarm -- (.*)$/gm)].map(([, words = '']) => words)

const NAMESPACE = 'powerswarm-lan'
const inside = ['ip', 'netns', 'exec', NAMESPACE]

/** A network that holds nothing but this machine, at the page's address. */
function whyNoLan(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux'
  try {
    const ip = (words: string): unknown => execFileSync('ip', words.split(' '), { stdio: 'ignore' })
    ip(`netns add ${NAMESPACE}`)
    ip(`netns del ${NAMESPACE}`)
    return undefined
  } catch {
    return 'cannot make a network namespace'
  }
}

const why = whyNoLan()
let dir: string
const running: Running[] = []

beforeEach(async () => {
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  await builtDemo('mersenne')
  dir = mkdtempSync(join(tmpdir(), 'powerswarm-lan-'))
  if (why !== undefined) return
  for (const words of [
    `netns add ${NAMESPACE}`,
    `-n ${NAMESPACE} link set lo up`,
    `-n ${NAMESPACE} addr add 10.0.0.5/24 dev lo`,
  ])
    execFileSync('ip', words.split(' '))
})
afterEach(async () => {
  for (const command of running.splice(0)) await command.stop('SIGKILL')
  rmSync(dir, { recursive: true })
  if (why === undefined) execFileSync('ip', ['netns', 'del', NAMESPACE])
})

it.skipIf(why !== undefined)(
  'a swarm without the internet is made by the commands of its page',
  { timeout: 120_000 },
  async () => {
    const words = (start: string): string[] => {
      const found = commands.find((command) => command.startsWith(start))
      if (found === undefined) throw new Error(`the page has no command '${start}'`)
      return [...found.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
    }
    const start = async (home: string, args: readonly string[]): Promise<Running> => {
      const command = await startCliInside(inside, join(dir, home), ...args, '--json')
      running.push(command)
      return command
    }
    const dht = await start('dht', words('bootstrap'))
    expect(await dht.line(() => true)).toEqual({ bootstrap: '10.0.0.5:49737' })
    const run = async (...args: readonly string[]): Promise<string> => {
      const { exitCode, stdout, stderr } = await runInside(inside, join(dir, 'pub'), ...args, '--json')
      if (exitCode !== 0) throw new Error(stderr)
      return stdout
    }
    const { link } = JSON.parse(await run(...words('project create'))) as { link: string }
    await run(...words('app add'))
    await run(...words('batch add'))
    await start('pub', words('serve'))
    const donor = await start('donor', ['donate', link, '--cores', '1'])
    await donor.line((line) => (line as DonorState).credit.unitsVerified === 10)
  },
)
