import { randomInt } from 'node:crypto'
import type { PublisherEngineSchema } from '../contracts/engine.ts'
import { publisherEngineSchema } from '../contracts/engine.ts'
import type { PublisherStatus } from '../contracts/publisher-state.ts'
import type { Handlers } from '../contracts/rpc.ts'
import type { Clock } from '../domain/clock.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { VERSION } from '../domain/version.ts'
import { hostInfo } from './adapters/host/host-info.ts'
import { realClock, realTimers } from './adapters/host/real-time.ts'
import { createDigests } from './adapters/hyper/digests.ts'
import { openPublisherCores } from './adapters/hyper/publisher-cores.ts'
import { createPublisherNetwork, type PublisherNetworkInit } from './adapters/hyper/publisher-network.ts'
import { openInputs } from './adapters/inputs/input-places.ts'
import { openPublisherStore } from './adapters/sqlite/publisher-store.ts'
import { backUp, backUpContinuously } from './backup.ts'
import { linkOf } from './create-project.ts'
import { logsDir, publisherDir, publisherPaths } from './data-folder.ts'
import { deferred } from './deferred.ts'
import { acquireEngineLock, engineLockHolder, type LockHolder } from './engine-lock.ts'
import { openEventLog } from './event-log.ts'
import { readKey } from './keys-file.ts'
import { lazySlots } from './node-slots.ts'
import { refuseMoved } from './moved-project.ts'
import { readNetworkChoice } from './project-settings.ts'
import type { PublisherNetwork } from './ports.ts'
import { Publisher as PublisherRole } from './roles/publisher/publisher.ts'
import { serveOnSocket, socketPathFor } from './socket-server.ts'
import { sharedTicks } from './shared-ticks.ts'
import { throttled } from './throttled.ts'
import { UndoList } from './undo-list.ts'

/** Notices of a changed status are at least this far apart: it takes a few queries to make one. */
const NOTICE_EVERY_MS = 250

export interface PublisherInit {
  readonly homeDir: string
  /** The project's folder name, as `projectFolders` lists it. */
  readonly folder: string
  /** Version of the rewriter that new apps are published with. */
  readonly rewriterVersion: number
  /** Keep a copy in this backup folder up to date while the project is open. */
  readonly backupDir?: string
  /** Answer contracts/engine at the folder's socket. Short commands do without. */
  readonly listen?: boolean
  /** This machine's clock unless a bench says otherwise: on a faster one leases run out while it looks. */
  readonly clock?: Clock
}

export interface ServeOptions {
  /** Own slots that recompute second copies; 0 = none. */
  readonly verifyCores: number
  /** Address to bind to; all of them without. */
  readonly host?: string
  /** Donors reach this machine without hole punching. Undefined: so on a private DHT, not so on the public one. */
  readonly open?: boolean
}

/** A project's publisher engine in this process: the only one, by its folder's lock. */
export interface Publisher {
  readonly handlers: Handlers<PublisherEngineSchema>
  status(): PublisherStatus
  /** Every change of the status, at most four times a second. */
  onChanged(listener: (status: PublisherStatus) => void): () => void
  /**
   * Joins the network and hands out units until {@link close}. A publisher that cannot is closed and rejects:
   * `bad-argument` for a `host` that is not this machine's.
   */
  serve(options: ServeOptions): Promise<void>
  /** Resolves when somebody asked by the socket to stop. */
  readonly shutdownRequested: Promise<void>
  /** Commits and seals what is decided, closes everything, frees the folder. */
  close(): Promise<void>
}

/**
 * Opens a project that {@link createProject} made. Throws `data-folder-in-use`, `project-moved` where it was exported,
 * `file-not-found` without its key, and what store and cores refuse. Nothing stays open after a failure.
 */
export async function openPublisher(init: PublisherInit): Promise<Publisher> {
  const { homeDir, folder, rewriterVersion, backupDir, listen = false, clock = realClock } = init
  const paths = publisherPaths(publisherDir(homeDir, folder))
  const undo = new UndoList()
  try {
    const socketPath = listen ? socketPathFor(paths.dir) : ''
    const lock = acquireEngineLock(paths.lockPath, socketPath)
    undo.add(() => lock.release())
    refuseMoved(paths)
    const eventLog = openEventLog({
      logsDir: logsDir(homeDir),
      name: `publisher-${folder}`,
      now: () => realClock.now(),
    })
    undo.add(() => {
      eventLog.log('info', 'engine-stopped')
      eventLog.close()
    })
    const { log } = eventLog

    const seed = readKey(paths.keyPath)
    if (!seed) throw new PowerswarmError('file-not-found', `The project has lost its key ${paths.keyPath}`)
    const store = openPublisherStore(paths.databasePath)
    undo.add(() => store.close())
    const source = { store, paths, project: folder }
    if (backupDir !== undefined) backUpContinuously(source, backupDir, log)
    const cores = await openPublisherCores({
      dir: paths.coresDir,
      seed,
      journal: store,
      epoch: store.ledgerEpoch(),
      log,
    })
    undo.add(() => cores.close())
    const slotHost = lazySlots()
    undo.add(() => slotHost.close())

    const choice = readNetworkChoice(store)
    const network = lateNetwork({
      seed,
      cores,
      timers: sharedTicks(realTimers),
      log,
      ...(choice.bootstrap === undefined ? {} : { bootstrap: choice.bootstrap }),
    })
    // Below the role: what it still decides while it closes reaches donors.
    undo.add(() => network.close())
    const role = await PublisherRole.open(
      {
        store,
        cores,
        slotHost,
        digests: createDigests(),
        host: hostInfo,
        openInputs,
        clock,
        timers: realTimers,
        log,
        randomWord: () => randomInt(2 ** 32),
      },
      { link: linkOf(cores.projectKey, choice), rewriterVersion },
    )
    undo.add(() => role.close())
    const publisher = publisherOf(role, network.create, undo, homeDir, (dir) => backUp(source, dir))
    if (listen) await answerAt(socketPath, publisher, undo)
    log('info', 'engine-started', { pid: process.pid, listen })
    return publisher
  } catch (error) {
    return await undo.giveUp(error)
  }
}

/** The process that has this project open; undefined when none does. */
export function runningPublisher(homeDir: string, folder: string): LockHolder | undefined {
  return engineLockHolder(publisherPaths(publisherDir(homeDir, folder)).lockPath)
}

/** A network that exists only once the project is served. */
function lateNetwork(init: PublisherNetworkInit): {
  readonly create: (options: ServeOptions) => PublisherNetwork
  readonly close: () => Promise<void>
} {
  let network: PublisherNetwork | undefined
  return {
    create: ({ host, open }) => {
      network = createPublisherNetwork({
        ...init,
        ...(host === undefined ? {} : { host }),
        ...(open === undefined ? {} : { open }),
      })
      return network
    },
    close: async () => network?.close(),
  }
}

async function answerAt(socketPath: string, publisher: Publisher, undo: UndoList): Promise<void> {
  const socket = await serveOnSocket(publisherEngineSchema, socketPath, publisher.handlers)
  undo.add(() => socket.close())
  undo.add(publisher.onChanged((status) => socket.notify('changed', status)))
}

function publisherOf(
  role: PublisherRole,
  createNetwork: (options: ServeOptions) => PublisherNetwork,
  undo: UndoList,
  homeDir: string,
  backup: (dir: string) => Promise<string>,
): Publisher {
  const listeners = new Set<(status: PublisherStatus) => void>()
  const notices = throttled(realTimers, NOTICE_EVERY_MS, () => {
    const { status } = role
    for (const listener of listeners) listener(status)
  })
  undo.add(role.onChange(() => notices.poke()))
  undo.add(() => notices.stop())
  const shutdown = deferred()
  return {
    handlers: {
      ...role.handlers,
      info: () => ({ role: 'publisher', pid: process.pid, version: VERSION, home: homeDir }),
      backup: async ({ dir }) => ({ dir: await backup(dir) }),
      // The answer leaves before everything closes.
      shutdown: () => void setImmediate(shutdown.resolve),
    },
    status: () => role.status,
    onChanged: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    serve: async (options) => {
      try {
        await role.serve({ network: createNetwork(options), verifyCores: options.verifyCores })
      } catch (error) {
        await undo.giveUp(serveFailure(error, options.host))
      }
    },
    shutdownRequested: shutdown.promise,
    close: () => undo.run(),
  }
}

function serveFailure(error: unknown, host: string | undefined): unknown {
  if (host === undefined || !(error instanceof Error) || !('code' in error)) return error
  if (error.code !== 'EADDRNOTAVAIL') return error
  return new PowerswarmError('bad-argument', `This machine has no address ${host}`, { cause: error })
}
