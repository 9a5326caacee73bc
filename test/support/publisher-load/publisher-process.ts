import { hex32, type ModuleHash } from '../../../src-main/domain/ids.ts'
import type { NetworkAddress } from '../../../src-main/domain/link.ts'
import { openPublisherStore } from '../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import { createProject } from '../../../src-main/engine/create-project.ts'
import { openPublisher, type Publisher } from '../../../src-main/engine/create-publisher.ts'
import { publisherPaths } from '../../../src-main/engine/data-folder.ts'
import { basename } from 'node:path'
import { answerParent } from './forked.ts'

export interface LoadPublisherInit {
  readonly homeDir: string
  readonly name: string
  readonly bootstrap: readonly NetworkAddress[]
  readonly units: number
  /** Its wall clock runs so many times faster than this machine's: leases run out while the bench looks. */
  readonly clockSpeed: number
}
export interface LoadProject {
  readonly link: string
  /** The project's folder. */
  readonly dir: string
}
export interface LoadStatus {
  readonly verified: number
  readonly donorsConnected: number
  /** Of this process: monotonic time, processor time of all threads, memory. */
  readonly atMs: number
  readonly cpuMs: number
  readonly rssBytes: number
}

/** A publisher in a process of its own, put together as `powerswarm serve` does. */

const BATCH = { first: 0, args: ['{n}'], quorum: 2, maxFuel: 10_000n, maxOutputBytes: 1024 }

let publisher: Publisher | undefined
const opened = (): Publisher => {
  if (!publisher) throw new Error('the publisher is not open')
  return publisher
}

/** No donor fetches the module, so the app is put into the database as it is: no slot has to look at it. */
function addWork(dir: string, units: number): void {
  const store = openPublisherStore(publisherPaths(dir).databasePath)
  const key = hex32('11'.repeat(32))
  const app = { type: 'app', app: 0, name: 'load', moduleBytes: 1, rewriterVersion: 1 } as const
  const hashes = { moduleHash: key as ModuleHash, moduleCore: key, rewrittenHash: key }
  store.addApp({ ...app, ...hashes, memoryLimitBytes: 65_536 }, new Uint8Array(1))
  store.addBatch({ ...BATCH, type: 'batch', batch: 0, app: 0, count: units })
  store.close()
}

answerParent({
  async create({ homeDir, name, bootstrap, units }: LoadPublisherInit): Promise<LoadProject> {
    const project = { homeDir, name, purpose: 'To be measured', bootstrap }
    const { link, dir } = await createProject(project)
    addWork(dir, units)
    return { link, dir }
  },
  /** Answers how long opening took. */
  async open({
    homeDir,
    clockSpeed,
    dir,
  }: Pick<LoadPublisherInit, 'homeDir' | 'clockSpeed'> & { dir: string }): Promise<number> {
    const startMs = performance.now()
    const startTime = Date.now()
    const clock = {
      now: () => Math.round(startTime + (performance.now() - startMs) * clockSpeed),
      monotonicMs: () => performance.now(),
    }
    publisher = await openPublisher({ homeDir, folder: basename(dir), rewriterVersion: 1, clock })
    const openMs = performance.now() - startMs
    await publisher.serve({ verifyCores: 0, host: '127.0.0.1', open: true })
    return openMs
  },
  status(): LoadStatus {
    const { batches, donorsConnected } = opened().status()
    const { user, system } = process.cpuUsage()
    return {
      verified: batches[0]?.verified ?? 0,
      donorsConnected,
      atMs: performance.now(),
      cpuMs: (user + system) / 1000,
      rssBytes: process.memoryUsage.rss(),
    }
  },
  /** Ends the project, not the process. */
  close: () => publisher?.close(),
  end: () => publisher?.close(),
})
