import { setTimeout as delay } from 'node:timers/promises'
import { donorEngineSchema, type DonorEngineSchema } from '../contracts/engine.ts'
import type { Client } from '../contracts/rpc.ts'
import { PowerswarmError, errorCode } from '../domain/errors.ts'
import { connectToSocket, runningDonor } from '../engine/create-engine.ts'
import type { Output } from './output.ts'

/** The donor engine that runs on this data folder: the desktop app's, or that of `powerswarm donate`. */
export interface DonorConnection {
  readonly engine: Client<DonorEngineSchema>
  readonly onClose: (listener: () => void) => () => void
  readonly close: () => void
}

/**
 * `for-start`: an app that was started a moment ago, and shows nothing of it yet, is waited for. `if-starting`: only one
 * that holds its data folder already; whoever merely asks wants to hear at once that nothing runs.
 */
export type Patience = 'for-start' | 'if-starting'

const WAIT_MS = 15_000
const NOTE_AFTER_MS = 1_000
const RETRY_MS = 100

/** Throws `not-connected` when no donor runs on this data folder. */
export async function connectDonor(
  homeDir: string,
  output: Output,
  patience: Patience,
): Promise<DonorConnection> {
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += RETRY_MS) {
    const connection = await tryConnect(homeDir)
    if (connection) return connection
    if (patience === 'if-starting' && runningDonor(homeDir) === undefined) break
    if (waitedMs === NOTE_AFTER_MS) output.note('Waiting for the donor to start …')
    await delay(RETRY_MS)
  }
  throw new PowerswarmError(
    'not-connected',
    `No donor runs on ${homeDir}; start the app, or 'powerswarm donate LINK'`,
  )
}

async function tryConnect(homeDir: string): Promise<DonorConnection | undefined> {
  const holder = runningDonor(homeDir)
  if (holder === undefined || holder.socketPath === '') return undefined
  try {
    const { client, onClose, close } = await connectToSocket(donorEngineSchema, holder.socketPath)
    return { engine: client, onClose, close }
  } catch (error) {
    if (errorCode(error) === 'peer-gone') return undefined
    throw error
  }
}

/** Runs `work` with the running donor and lets go of it, whatever happens. */
export async function withDonor<T>(
  homeDir: string,
  output: Output,
  patience: Patience,
  work: (connection: DonorConnection) => Promise<T>,
): Promise<T> {
  const connection = await connectDonor(homeDir, output, patience)
  try {
    return await work(connection)
  } finally {
    connection.close()
  }
}
