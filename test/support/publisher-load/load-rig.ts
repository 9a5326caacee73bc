import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { startPrivateDht } from '../../../src-main/engine/adapters/hyper/private-dht.ts'
import type { Traffic } from './donor-process.ts'
import { forkProgram, type Forked } from './forked.ts'
import type { LoadProject, LoadStatus } from './publisher-process.ts'
import type { Acknowledged, LoadInit } from './slim-donor.ts'

export interface LoadRigInit {
  readonly donorProcesses: number
  /** Connections of all processes together. */
  readonly donors: number
  readonly units: number
  readonly clockSpeed?: number
  /** Units that the publisher's process verifies in another project before: it is warm then. */
  readonly warmUp?: { readonly units: number; readonly load: LoadInit }
  /** Of the publisher's process, for whoever profiles it. */
  readonly nodeFlags?: readonly string[]
}

/** A publisher and slim donors, each in processes of their own, on a private DHT over loopback. */
export interface LoadRig {
  readonly publisherPid: number
  /** The project's folder. */
  readonly dir: string
  connectDonors(): Promise<void>
  start(load: LoadInit): Promise<void>
  /** Lets donors wait for work as real ones do. */
  startIdle(): Promise<void>
  status(): Promise<LoadStatus>
  /** Of each process of donors. */
  traffic(): Promise<readonly Traffic[]>
  /** Lets donors submit what they hold. */
  stop(load: LoadInit): Promise<readonly Acknowledged[]>
  /** Ends donors and publisher in order; what they wrote stays until {@link close}. */
  end(): Promise<void>
  /** Opens the project again in a new process and answers how long that took, in milliseconds. */
  reopen(): Promise<number>
  close(): Promise<void>
}

const PUBLISHER = join(import.meta.dirname, 'publisher-process.ts')
const DONORS = join(import.meta.dirname, 'donor-process.ts')

/** `POWERSWARM_LOAD_FLAGS`, separated by blanks: for instance `--cpu-prof --cpu-prof-dir=/tmp/profile`. */
const FLAGS = (process.env.POWERSWARM_LOAD_FLAGS ?? '').split(' ').filter((flag) => flag !== '')

export async function startLoadRig(init: LoadRigInit): Promise<LoadRig> {
  const { donorProcesses, donors, units, clockSpeed = 1, nodeFlags = FLAGS } = init
  const homeDir = mkdtempSync(join(tmpdir(), 'powerswarm-load-'))
  const dht = await startPrivateDht({ host: '127.0.0.1', nodes: 4 })
  const children: Forked[] = []
  const forked = (path: string, flags: readonly string[] = []): Forked => {
    const child = forkProgram(path, flags)
    children.push(child)
    return child
  }
  let publisher = forked(PUBLISHER, nodeFlags)
  const crowd = Array.from({ length: donorProcesses }, () => forked(DONORS))
  const share = Math.ceil(donors / donorProcesses)
  const all = <T>(call: string, value?: unknown): Promise<T[]> =>
    Promise.all(crowd.map((process) => process.ask<T>(call, value)))
  const connect = async (link: string): Promise<void> => {
    const counts = crowd.map((_, number) => Math.min(share, donors - number * share))
    await Promise.all(
      crowd.map((process, number) =>
        process.ask('connect', { link, from: number * share, count: counts[number] }),
      ),
    )
  }
  const open = async (name: string): Promise<LoadProject> => {
    const place = { homeDir, name, bootstrap: dht.bootstrap, units, clockSpeed }
    const project = await publisher.ask<LoadProject>('create', place)
    await publisher.ask('open', { ...place, dir: project.dir })
    return project
  }
  const status = (): Promise<LoadStatus> => publisher.ask<LoadStatus>('status')
  if (init.warmUp) {
    const { units: enough, load } = init.warmUp
    await connect((await open('warm-up')).link)
    await all('start', load)
    while ((await status()).verified < enough) await rest(100)
    await all('stop', load)
    await all('disconnect')
    await publisher.ask('close')
  }
  const { link, dir } = await open('load')
  const end = async (): Promise<void> => {
    await all('end')
    await publisher.ask('end')
  }
  return {
    get publisherPid() {
      return publisher.pid
    },
    dir,
    connectDonors: () => connect(link),
    start: async (load) => {
      await all('start', load)
    },
    startIdle: async () => {
      await all('idle')
    },
    status,
    traffic: () => all<Traffic>('traffic'),
    stop: async (load) => (await all<readonly Acknowledged[]>('stop', load)).flat(),
    end,
    reopen: async () => {
      publisher = forked(PUBLISHER)
      const openMs = await publisher.ask<number>('open', { homeDir, clockSpeed, dir })
      await publisher.ask('end')
      return openMs
    },
    close: async () => {
      for (const child of children) await child.kill()
      await dht.close()
      rmSync(homeDir, { recursive: true, force: true })
    },
  }
}
