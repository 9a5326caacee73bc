import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import type { PublisherStatus } from '../../src-main/contracts/publisher-state.ts'
import type { SnapshotPace } from '../../src-main/domain/snapshot-policy.ts'
import { builtDemo, builtFile } from './build.ts'
import { runCli, startCli, startScript, type Running } from './command-line.ts'

/** A private swarm of real processes on loopback: DHT, publisher and headless donors, each in a home of its own. */
export interface CommandSwarm {
  readonly dir: string
  readonly link: string
  /** The project's folder. */
  readonly projectDir: string
  home(name: string): string
  serve(...more: readonly string[]): Promise<Running>
  donate(name: string): Promise<Running>
  /** A donor of one core that saves its units at this pace; everything else is as in {@link donate}. */
  donateHurried(name: string, pace: SnapshotPace): Running
  /** Runs a command in this home and returns its JSON answer. */
  answer(name: string, ...args: readonly string[]): Promise<unknown>
  /** What the donor in this home says of itself. */
  donor(name: string): Promise<DonorReport>
  kill(name: string, signal?: NodeJS.Signals): Promise<void>
  /** Stops everything in order; the folders stay until {@link close}. */
  stop(signal?: NodeJS.Signals): Promise<void>
  close(): Promise<void>
}

/** The part of a donor's state that tests look at; JSON carries fuel as text. */
export interface DonorReport {
  readonly phases: readonly string[]
  readonly countedFuel: bigint
  readonly unitsVerified: number
}

export interface CommandSwarmInit {
  readonly units: number
  /** Exponents a unit tests: how long it takes. */
  readonly exponents: number
  /** Default 2. */
  readonly quorum?: number
  /** The number of the first unit; default 0. */
  readonly first?: number
  readonly checkpoint?: boolean
  /** Computed in place of the search for Mersenne primes; given the same arguments. */
  readonly module?: Uint8Array
  /** Everybody may see what is found. */
  readonly publishResults?: boolean
  /** More words for `batch add`. */
  readonly batch?: readonly string[]
}

const HURRIED_DONOR = join(import.meta.dirname, '../fixtures/engine/hurried-donor.ts')
const NAME = 'Mersenne primes'
const PURPOSE = 'Find the prime numbers of the form 2^p − 1'

/** Publishes the search for Mersenne primes; nobody computes yet. */
export async function commandSwarm(init: CommandSwarmInit): Promise<CommandSwarm> {
  const { units, exponents, first = 0, quorum = 2, checkpoint = false, batch = [] } = init
  await builtFile('main/cli.js')
  await builtFile('main/slot-node-host.js')
  const dir = mkdtempSync(join(tmpdir(), 'powerswarm-swarm-'))
  const running = new Map<string, Running>()
  const home = (name: string): string => join(dir, name)
  const start = async (name: string, ...args: readonly string[]): Promise<Running> => {
    const command = await startCli(home(name), ...args, '--json')
    running.set(name, command)
    return command
  }
  const answer = async (name: string, ...args: readonly string[]): Promise<unknown> => {
    const { stdout, stderr } = await runCli(home(name), ...args, '--json')
    if (stdout === '') throw new Error(`powerswarm ${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    for (const [name, command] of running) {
      running.delete(name)
      await command.stop(signal)
    }
  }
  const dht = await start('dht', 'bootstrap')
  const { bootstrap } = (await dht.line(() => true)) as { bootstrap: string }
  const create = ['project', 'create', NAME, '--purpose', PURPOSE, '--bootstrap', bootstrap]
  if (init.publishResults === true) create.push('--publish-results')
  const { link } = (await answer('publisher', ...create)) as { link: string }
  const module = init.module ? join(dir, 'mersenne.wasm') : await builtDemo('mersenne')
  if (init.module) writeFileSync(module, init.module)
  await answer('publisher', 'app', 'add', module, ...(checkpoint ? ['--checkpoint'] : []))
  const range = `${String(first)}..${String(first + units - 1)}`
  const work = ['--range', range, '--arg', '{n}', '--arg', String(exponents), '--quorum', String(quorum)]
  await answer('publisher', 'batch', 'add', '--app', 'mersenne', ...work, ...batch)
  return {
    dir,
    link,
    projectDir: join(home('publisher'), 'publisher/mersenne-primes'),
    home,
    answer,
    serve: async (...more) => {
      const options = ['--verify-cores', '0', '--host', '127.0.0.1', ...more]
      const publisher = await start('publisher', 'serve', ...options)
      await publisher.line((line) => (line as PublisherStatus).serving)
      return publisher
    },
    donate: (name) => start(name, 'donate', link, '--cores', '1'),
    donateHurried: (name, pace) => {
      const donor = startScript(home(name), HURRIED_DONOR, link, JSON.stringify(pace))
      running.set(name, donor)
      return donor
    },
    donor: async (name) => {
      const { slots, credit } = (await answer(name, 'donor', 'status')) as DonorState
      return {
        phases: slots.map(({ phase }) => phase),
        countedFuel: BigInt(String(credit.counted)),
        unitsVerified: credit.unitsVerified,
      }
    },
    kill: async (name, signal = 'SIGKILL') => {
      await running.get(name)?.stop(signal)
      running.delete(name)
    },
    stop: (signal = 'SIGINT') => end(signal),
    close: async () => {
      await end('SIGKILL')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** For {@link Running.line} of `serve`. */
export const verifiedAtLeast =
  (units: number) =>
  (line: unknown): boolean =>
    ((line as PublisherStatus).batches[0]?.verified ?? 0) >= units

/** For {@link Running.line} of `donate` and `donor status --follow`. */
export const creditedUnits =
  (units: number) =>
  (line: unknown): boolean =>
    (line as DonorState).credit.unitsVerified >= units
