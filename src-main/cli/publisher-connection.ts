import { setTimeout as delay } from 'node:timers/promises'
import { publisherEngineSchema } from '../contracts/engine.ts'
import { portPair } from '../contracts/ports.ts'
import { connect, serve, type Calls } from '../contracts/rpc.ts'
import { errorCode } from '../domain/errors.ts'
import type { PublisherEngineSchema } from '../contracts/engine.ts'
import { connectToSocket, openPublisher, runningPublisher } from '../engine/create-engine.ts'
import { REWRITER_VERSION } from '../toolchain/index.ts'
import { chooseProject } from './project-choice.ts'

/** A project's publisher engine, wherever it runs. */
export interface PublisherConnection {
  readonly engine: Calls<PublisherEngineSchema>
  readonly close: () => Promise<void>
}

/** A command that opened the folder for itself is done with it in a moment, so its lock is waited for. */
const WAIT_MS = 15_000
const RETRY_MS = 50

/**
 * Talks to the engine that serves this project, if one runs, else opens the project in this process, without network.
 * Throws `data-folder-in-use` when neither works for a while.
 */
export async function connectPublisher(
  homeDir: string,
  projectName: string | undefined,
): Promise<PublisherConnection> {
  const folder = chooseProject(homeDir, projectName)
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return (await overSocket(homeDir, folder)) ?? (await inProcess(homeDir, folder))
    } catch (error) {
      const code = errorCode(error)
      if ((code !== 'data-folder-in-use' && code !== 'peer-gone') || waitedMs >= WAIT_MS) throw error
      await delay(RETRY_MS)
    }
  }
}

/** Whether a process serves this project, or has it open for others to ask. */
export function isServed(homeDir: string, projectName: string | undefined): boolean {
  const holder = runningPublisher(homeDir, chooseProject(homeDir, projectName))
  return holder !== undefined && holder.socketPath !== ''
}

async function overSocket(homeDir: string, folder: string): Promise<PublisherConnection | undefined> {
  const holder = runningPublisher(homeDir, folder)
  if (holder === undefined || holder.socketPath === '') return undefined
  const { client, close } = await connectToSocket(publisherEngineSchema, holder.socketPath)
  return { engine: client, close: async () => close() }
}

async function inProcess(homeDir: string, folder: string): Promise<PublisherConnection> {
  const publisher = await openPublisher({ homeDir, folder, rewriterVersion: REWRITER_VERSION })
  const ports = portPair()
  serve(publisherEngineSchema, ports.a, publisher.handlers)
  return {
    engine: connect(publisherEngineSchema, ports.b),
    close: async () => {
      ports.close()
      await publisher.close()
    },
  }
}

/** Runs `work` with the project's engine and lets go of it, whatever happens. */
export async function withPublisher<T>(
  homeDir: string,
  projectName: string | undefined,
  work: (engine: Calls<PublisherEngineSchema>) => Promise<T>,
): Promise<T> {
  const { engine, close } = await connectPublisher(homeDir, projectName)
  try {
    return await work(engine)
  } finally {
    await close()
  }
}
