import type { WorkerAnswer } from './serve-calls.ts'

/** The page: hands calls of the main program on to its worker, where a slot runs units too. */

const waiting = new Map<number, (answer: WorkerAnswer) => void>()
let calls = 0
let worker = startWorker()

function startWorker(): Worker {
  const started = new Worker(new URL('worker.js', location.href), { type: 'module' })
  started.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
    waiting.get(data.id)?.(data)
    waiting.delete(data.id)
  })
  return started
}

function renewWorker(): void {
  worker.terminate()
  worker = startWorker()
}

async function callWorker(name: string, args: readonly unknown[]): Promise<unknown> {
  calls += 1
  const id = calls
  const answered = new Promise<WorkerAnswer>((resolve) => waiting.set(id, resolve))
  worker.postMessage({ id, name, args })
  const { value, error } = await answered
  if (error !== undefined) throw new Error(error)
  return value
}

Object.assign(globalThis, { callWorker, renewWorker })
