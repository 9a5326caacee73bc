import * as v from 'valibot'
import { PowerswarmError, errorCode } from '../domain/errors.ts'

/**
 * The one kit for every boundary inside the app. A schema object declares calls (client asks, server answers) and
 * notices (server tells). Arguments and notices are parsed on arrival, and so are answers that come from a less trusted
 * side; errors cross with code and cause, never stacks.
 *
 *   const schema = { add: call<{ a: number; b: number }, number>(v.object({ a: v.number(), b: v.number() })) }
 *   serve(schema, portA, { add: ({ a, b }) => a + b })
 *   await connect(schema, portB).add({ a: 1, b: 2 })
 */

/**
 * One end of a two-ended channel that carries structured-clone values in order: ipcMain, a utilityProcess,
 * a child process, a MessagePort or a framed socket. `post` after the close is dropped without an error.
 */
export interface Port {
  /** `moved` — buffers in the message that the sender gives up, where a channel can hand them over without a copy. */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: (message: unknown) => void): () => void
  /** Calls back once when the other end is gone; at once if it already is. */
  onClose(listener: () => void): () => void
}

type AnySchema<T> = v.GenericSchema<unknown, T>

export interface Call<A, R> {
  readonly kind: 'call'
  readonly argument: AnySchema<A>
  /** Checks the answer on the calling side; without it the server is trusted. */
  readonly answer?: AnySchema<R>
}
export interface Notice<T> {
  readonly kind: 'notice'
  readonly value: AnySchema<T>
}
export type Schema = Readonly<Record<string, Call<never, unknown> | Notice<never>>>

/**
 * Declares a request: the argument is checked by `argument` on the serving side. With `answer` the answer is checked on
 * the calling side, where the server may be less trusted than the caller: a malformed one rejects with `bad-record`.
 */
export function call<A, R>(argument: AnySchema<A>, answer?: AnySchema<R>): Call<A, R> {
  return answer === undefined ? { kind: 'call', argument } : { kind: 'call', argument, answer }
}
/** Declares a one-way message from server to client. */
export function notice<T>(value: AnySchema<T>): Notice<T> {
  return { kind: 'notice', value }
}
/** For calls without an argument. */
export const nothing: v.GenericSchema<unknown, void> = v.void()

type CallNames<S> = { [K in keyof S]: S[K] extends Call<infer _A, unknown> ? K : never }[keyof S]
type NoticeNames<S> = { [K in keyof S]: S[K] extends Notice<infer _T> ? K : never }[keyof S]
type ArgumentOf<C> = C extends Call<infer A, infer _R> ? A : never
type AnswerOf<C> = C extends Call<infer _A, infer R> ? R : never
type ValueOf<N> = N extends Notice<infer T> ? T : never
type Parameters_<A> = undefined extends A ? [argument?: A] : [argument: A]

export type Handlers<S> = {
  readonly [K in CallNames<S>]: (argument: ArgumentOf<S[K]>) => AnswerOf<S[K]> | Promise<AnswerOf<S[K]>>
}
export type Calls<S> = {
  readonly [K in CallNames<S>]: (...argument: Parameters_<ArgumentOf<S[K]>>) => Promise<AnswerOf<S[K]>>
}
export interface Listening<S> {
  /** Returns the function that stops listening. A notice that fails its schema is dropped. */
  on<K extends NoticeNames<S>>(name: K, listener: (value: ValueOf<S[K]>) => void): () => void
  /** Rejects what is pending with `peer-gone` and ignores what still arrives. The port itself stays open. */
  close(): void
}
export type Client<S> = Calls<S> & Listening<S>
export interface Server<S> {
  /** `moved` — see {@link Port.post}. */
  notify<K extends NoticeNames<S>>(name: K, value: ValueOf<S[K]>, moved?: readonly ArrayBuffer[]): void
  /** Stops answering. The port itself stays open. */
  close(): void
}

/** An error as it crosses a boundary. */
export interface CrossedError {
  readonly code: string
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: CrossedError | undefined
}

/** Causes of an error that cross with it; those behind them are left out, so that no chain is too long to be read. */
export const CAUSES_MAX = 8

export function toCrossed(error: unknown, causes = CAUSES_MAX): CrossedError {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error) }
  const details = error instanceof PowerswarmError ? error.details : undefined
  const cause = error.cause === undefined || causes === 0 ? undefined : toCrossed(error.cause, causes - 1)
  return { code: errorCode(error), message: error.message, details, cause }
}

export function fromCrossed(crossed: CrossedError): PowerswarmError {
  const cause = crossed.cause === undefined ? undefined : fromCrossed(crossed.cause)
  const code = errorCode(Object.assign(new Error(), { code: crossed.code }))
  return new PowerswarmError(code, crossed.message, {
    cause,
    ...(crossed.details === undefined ? {} : { details: crossed.details }),
  })
}

/** A schema that called itself would run out of stack on what the other side nests. */
function crossedErrorWith(causes: number): v.GenericSchema<unknown, CrossedError> {
  const entries = {
    code: v.string(),
    message: v.string(),
    details: v.optional(v.record(v.string(), v.unknown())),
  }
  if (causes === 0) return v.object(entries)
  return v.object({ ...entries, cause: v.optional(crossedErrorWith(causes - 1)) })
}
const crossedError = crossedErrorWith(CAUSES_MAX)
const frameSchema = v.variant('t', [
  v.object({ t: v.literal('call'), id: v.number(), name: v.string(), value: v.unknown() }),
  v.object({ t: v.literal('ok'), id: v.number(), value: v.unknown() }),
  v.object({ t: v.literal('error'), id: v.number(), error: crossedError }),
  v.object({ t: v.literal('notice'), name: v.string(), value: v.unknown() }),
])
type Frame = v.InferOutput<typeof frameSchema>

function parseFrame(message: unknown): Frame | undefined {
  const parsed = v.safeParse(frameSchema, message)
  return parsed.success ? parsed.output : undefined
}

/** Answers the schema's calls on this port. A malformed argument is answered with `bad-argument`, naming the field. */
export function serve<S extends object>(schema: S, port: Port, handlers: Handlers<S>): Server<S> {
  const specs = schema as Schema
  const answer = async (frame: Extract<Frame, { t: 'call' }>): Promise<Frame> => {
    try {
      const spec = Object.hasOwn(specs, frame.name) ? specs[frame.name] : undefined
      if (spec?.kind !== 'call') throw new PowerswarmError('unknown-call', `Unknown call '${frame.name}'`)
      const parsed = v.safeParse(spec.argument, frame.value)
      if (!parsed.success) throw malformed('bad-argument', 'argument for', frame.name, parsed.issues)
      const handler = (handlers as Record<string, (argument: unknown) => unknown>)[frame.name]
      if (!handler) throw new PowerswarmError('unknown-call', `Unknown call '${frame.name}'`)
      return { t: 'ok', id: frame.id, value: await handler(parsed.output) }
    } catch (error) {
      return { t: 'error', id: frame.id, error: toCrossed(error) }
    }
  }
  const close = port.subscribe((message) => {
    const frame = parseFrame(message)
    if (frame?.t !== 'call') return
    void answer(frame).then((reply) => {
      port.post(reply)
    })
  })
  return {
    notify: (name, value, moved) => {
      port.post({ t: 'notice', name: String(name), value } satisfies Frame, moved)
    },
    close,
  }
}

function malformed(
  code: 'bad-argument' | 'bad-record',
  what: string,
  name: string,
  issues: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
): PowerswarmError {
  const [issue] = issues
  const path = v.getDotPath(issue)
  const where = path === null ? '' : ` at '${path}'`
  return new PowerswarmError(code, `Malformed ${what} '${name}'${where}: ${issue.message}`)
}

interface Waiter {
  readonly name: string
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Makes the calling side. When the port closes, every pending and later call rejects with `peer-gone`. An answer that
 * fails its schema rejects its call with `bad-record`.
 */
export function connect<S extends object>(schema: S, port: Port): Client<S> {
  const specs = schema as Schema
  const pending = new Map<number, Waiter>()
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  let nextId = 1
  let gone = false

  const receive = (message: unknown): void => {
    const frame = parseFrame(message)
    if (frame === undefined || frame.t === 'call') return
    if (frame.t === 'notice') {
      const spec = Object.hasOwn(specs, frame.name) ? specs[frame.name] : undefined
      if (spec?.kind !== 'notice') return
      const parsed = v.safeParse(spec.value, frame.value)
      if (parsed.success) for (const listener of listeners.get(frame.name) ?? []) listener(parsed.output)
      return
    }
    const waiter = pending.get(frame.id)
    pending.delete(frame.id)
    if (!waiter) return
    if (frame.t === 'ok') settle(waiter, frame.value)
    else waiter.reject(fromCrossed(frame.error))
  }
  const settle = (waiter: Waiter, value: unknown): void => {
    const spec = specs[waiter.name]
    const answer = spec?.kind === 'call' ? spec.answer : undefined
    if (answer === undefined) {
      waiter.resolve(value)
      return
    }
    const parsed = v.safeParse(answer, value)
    if (parsed.success) waiter.resolve(parsed.output)
    else waiter.reject(malformed('bad-record', 'answer to', waiter.name, parsed.issues))
  }
  const end = (): void => {
    gone = true
    for (const waiter of pending.values()) waiter.reject(peerGone())
    pending.clear()
  }
  const unsubscribe = port.subscribe(receive)
  const stopWaiting = port.onClose(end)

  const request = (name: string, value: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (gone) {
        reject(peerGone())
        return
      }
      const id = nextId++
      pending.set(id, { name, resolve, reject })
      port.post({ t: 'call', id, name, value } satisfies Frame)
    })
  const listening: Listening<S> = {
    on(name, listener) {
      const key = String(name)
      const set = listeners.get(key) ?? new Set()
      listeners.set(key, set.add(listener as (value: unknown) => void))
      return () => set.delete(listener as (value: unknown) => void)
    },
    close() {
      unsubscribe()
      stopWaiting()
      end()
    },
  }
  const calls = Object.fromEntries(
    Object.entries(specs)
      .filter(([, spec]) => spec.kind === 'call')
      .map(([name]) => [name, (value: unknown) => request(name, value)]),
  )
  return { ...calls, ...listening } as Client<S>
}

function peerGone(): PowerswarmError {
  return new PowerswarmError('peer-gone', 'The other side of this connection is gone')
}
