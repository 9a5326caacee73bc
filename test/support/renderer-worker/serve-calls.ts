/** What a call to the worker came to; the value is what JSON can hold. */
export interface WorkerAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

interface WorkerCall {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

/** In the worker: answers calls by name. */
export function serveCalls(calls: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  addEventListener('message', ({ data }: MessageEvent<WorkerCall>) => {
    const { id, name, args } = data
    void answer(id, calls[name], args).then((reply) => postMessage(reply))
  })
}

async function answer(
  id: number,
  call: ((...args: never[]) => unknown) | undefined,
  args: readonly unknown[],
): Promise<WorkerAnswer> {
  try {
    if (call === undefined) throw new Error('there is no such call')
    return { id, value: await call(...(args as never[])) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
