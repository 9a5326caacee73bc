import { raw } from 'compact-encoding'
import type { SwarmConnection } from 'hyperswarm'
import ProtomuxRPC from 'protomux-rpc'
import { displayLine } from '../../../domain/display-text.ts'
import { ERROR_REMEDIES, PowerswarmError, type ErrorCode } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Log } from '../../ports.ts'

/** Calls of a donor; arguments and answers are records of contracts/wire. */
export type Call = 'hello' | 'lease' | 'give-back' | 'submit' | 'grants'
/** Notices of a publisher; they carry nothing and may get lost. */
export type Notice = 'work' | 'granted'

/** Has no version: peers of different versions must meet to tell each other so. */
const PROTOCOL = 'powerswarm'
const NOTHING = new Uint8Array(0)

/** What one side may learn from the other's errors; all others are its own business. */
const CROSSING: readonly ErrorCode[] = [
  'protocol-version',
  'bad-record',
  'bad-signature',
  'limit-exceeded',
  'banned',
  'not-connected',
  'busy',
]

export type Rpc = ProtomuxRPC

export function openRpc(connection: SwarmConnection): Rpc {
  return new ProtomuxRPC(connection, { protocol: PROTOCOL, valueEncoding: raw })
}

/**
 * Calls the publisher. Rejects with the publisher's code and message, or with `not-connected`. A call without an
 * answer in time means a dead peer, long before the stream notices: the connection is closed.
 */
export async function call(rpc: Rpc, method: Call, value: Uint8Array): Promise<Uint8Array> {
  try {
    return await rpc.request(method, value, { timeout: callTimeoutMs(value.byteLength) })
  } catch (error) {
    if (codeOf(error) === 'TIMEOUT_EXCEEDED') rpc.stream.destroy()
    throw received(error)
  }
}

/** How long a call with a request of this size may take until its peer counts as dead. */
export function callTimeoutMs(requestBytes: number): number {
  return LIMITS.rpcTimeoutMs + Math.ceil((1000 * requestBytes) / LIMITS.uplinkBytesPerSecond)
}

export function notify(rpc: Rpc, notice: Notice): void {
  if (!rpc.closed) rpc.event(notice, NOTHING)
}

export function onNotice(rpc: Rpc, notice: Notice, listener: () => void): void {
  rpc.respond(notice, () => {
    listener()
    return NOTHING
  })
}

/** Bytes of all requests that are being answered, on all connections of a publisher. */
export class RequestLoad {
  bytes = 0
}

export interface AnswerInit {
  readonly rpc: Rpc
  readonly handlers: Readonly<Record<Call, (value: Uint8Array) => Uint8Array | Promise<Uint8Array>>>
  readonly load: RequestLoad
  readonly log: Log
  /** Never goes back; milliseconds. */
  readonly now?: () => number
  /** A call was good; its request is over. */
  readonly onAnswered?: (request: Uint8Array) => void
}

const monotonicMs = (): number => performance.now()

/** Answers calls on one connection: caps their number and size, and counts the peer's faults. */
export function answerCalls({ rpc, handlers, load, log, onAnswered, now = monotonicMs }: AnswerInit): void {
  let inFlight = 0
  let bytesInFlight = 0
  let calls: number = LIMITS.peerCallBurst
  let countedAt = now()
  let faults = 0
  const flood = (bytes: number): string | undefined => {
    const elapsedMs = now() - countedAt
    countedAt += elapsedMs
    calls = Math.min(LIMITS.peerCallBurst, calls + (LIMITS.peerCallsPerSecond * elapsedMs) / 1000) - 1
    if (calls < 0) return 'too many calls'
    if (inFlight >= LIMITS.peerRequestsInFlight || bytesInFlight + bytes > LIMITS.peerRequestBytes)
      return 'too many requests in flight'
    return undefined
  }
  const answer = async (method: Call, value: Uint8Array): Promise<Uint8Array> => {
    const bytes = value.byteLength
    const why = rpc.closed ? 'closed' : flood(bytes)
    if (why !== undefined) {
      if (!rpc.stream.destroyed) log('warn', 'peer dropped', { why })
      rpc.stream.destroy()
      throw new PowerswarmError('limit-exceeded', 'Too many requests')
    }
    if (load.bytes + bytes > LIMITS.requestBytes)
      throw new PowerswarmError('busy', 'The publisher has too much to do now; try again later')
    inFlight++
    bytesInFlight += bytes
    load.bytes += bytes
    try {
      const answered = await handlers[method](value)
      onAnswered?.(value)
      return answered
    } catch (error) {
      const sent = crossing(error, method, log)
      if (ERROR_REMEDIES[sent.code] === 'penalise-peer' && ++faults >= LIMITS.peerFaults) rpc.stream.destroy()
      throw sent
    } finally {
      inFlight--
      bytesInFlight -= bytes
      load.bytes -= bytes
    }
  }
  for (const method of ['hello', 'lease', 'give-back', 'submit', 'grants'] as const)
    rpc.respond(method, (value) => answer(method, value))
}

function crossing(error: unknown, method: Call, log: Log): PowerswarmError {
  if (error instanceof PowerswarmError && CROSSING.includes(error.code)) {
    if (error.code === 'protocol-version') log('warn', 'peer of another protocol', { why: error.message })
    // Only code and message cross; protomux-rpc would also send a context.
    return new PowerswarmError(error.code, error.message)
  }
  log('error', 'a call failed', { method, error: String(error) })
  return new PowerswarmError('busy', 'The publisher could not answer; try again later')
}

function received(error: unknown): PowerswarmError {
  const cause = error instanceof Error ? error.cause : undefined
  const code = CROSSING.find((known) => known === codeOf(cause))
  if (code !== undefined && cause instanceof Error)
    return new PowerswarmError(code, displayLine(cause.message, LIMITS.peerMessageChars), { cause: error })
  const slow = codeOf(error) === 'TIMEOUT_EXCEEDED'
  const message = slow ? 'The publisher did not answer in time' : 'The connection to the publisher closed'
  return new PowerswarmError('not-connected', message, { cause: error })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
