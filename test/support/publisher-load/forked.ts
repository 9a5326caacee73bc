import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Another process of this Node that answers calls; both sides exchange plain values. */
export interface Forked {
  readonly pid: number
  /** Rejects with the other side's message, or when the process ends before it answered. */
  ask<T>(call: string, value?: unknown): Promise<T>
  /** Ends it at once. */
  kill(): Promise<void>
}

interface Question {
  readonly number: number
  readonly call: string
  readonly value: unknown
}
type Reply =
  { readonly number: number; readonly value: unknown } | { readonly number: number; readonly error: string }

/** Starts a program that calls {@link answerParent}. `nodeFlags` are for whoever profiles it. */
export function forkProgram(path: string, nodeFlags: readonly string[] = []): Forked {
  const child = fork(path, { serialization: 'advanced', execArgv: [...nodeFlags], stdio: 'inherit' })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let asked = 0
  let ended = false
  child.on('message', (message) => {
    const reply = message as Reply
    const question = waiting.get(reply.number)
    waiting.delete(reply.number)
    if ('error' in reply) question?.reject(new Error(reply.error))
    else question?.resolve(reply.value)
  })
  child.once('exit', (code, signal) => {
    ended = true
    for (const { reject } of waiting.values())
      reject(new Error(`${path} ended: ${signal ?? String(code ?? '')}`))
    waiting.clear()
  })
  return {
    pid: child.pid ?? 0,
    ask: <T>(call: string, value?: unknown) =>
      new Promise<T>((resolve, reject) => {
        const question: Question = { number: asked++, call, value }
        waiting.set(question.number, { resolve: (answer) => resolve(answer as T), reject })
        child.send(question, (error) => {
          if (error) reject(error)
        })
      }),
    kill: async () => {
      if (ended) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** Answers the parent's calls; the call `end` leaves after its handler, when the answer is on its way. */
export function answerParent(handlers: Readonly<Record<string, (value: never) => unknown>>): void {
  const answer = async ({ number, call, value }: Question): Promise<void> => {
    let reply: Reply
    try {
      reply = { number, value: await handlers[call]?.(value as never) }
    } catch (error) {
      reply = { number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.send?.(reply, undefined, undefined, () => {
      if (call === 'end') process.disconnect()
    })
  }
  process.on('message', (message) => {
    void answer(message as Question)
  })
}
