import type { MessagePort, Worker } from 'node:worker_threads'
import type { Port } from '../contracts/rpc.ts'

/** This process's channel to the parent that forked it. `post` is dropped once the channel is closed. */
export function parentProcessPort(): Port {
  return {
    post: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, ignoreClosing)
    },
    subscribe: (listener) => {
      process.on('message', listener)
      return () => process.off('message', listener)
    },
    onClose: (listener) => {
      if (process.connected) process.once('disconnect', listener)
      else listener()
      return () => process.off('disconnect', listener)
    },
  }
}

/** One end of the pair between a process's main thread and a worker thread of it. */
export function workerPort(end: MessagePort | Worker): Port {
  // A Worker exits, the port inside it closes; each knows only its own event.
  const closing = 'threadId' in end ? 'exit' : 'close'
  return {
    post: (message, moved = []) => end.postMessage(message, moved),
    subscribe: (listener) => {
      end.on('message', listener)
      return () => end.off('message', listener)
    },
    onClose: (listener) => {
      end.once(closing, listener)
      return () => end.off(closing, listener)
    },
  }
}

/** The parent went away between the check and the send: `disconnect` follows and ends this process. */
function ignoreClosing(_error: Error | null): void {}
