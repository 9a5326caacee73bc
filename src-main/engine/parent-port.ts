import type { Port } from '../contracts/rpc.ts'

/** What Electron adds to `process` in a utility process; spelled here so that the engine needs no Electron types. */
interface UtilityParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  off(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
}

/** The channel to the process that started this engine: a utility process's parent port, or a forked child's IPC. */
export function parentPort(): Port {
  const utility = (process as { readonly parentPort?: UtilityParentPort }).parentPort
  if (utility) return utilityPort(utility)
  if (process.connected) return forkedPort()
  throw new Error('The engine was not started by the app: there is no channel to it')
}

function utilityPort(parent: UtilityParentPort): Port {
  return {
    post: (message) => {
      parent.postMessage(message)
    },
    subscribe: (listener) => {
      const receive = (event: { readonly data: unknown }): void => {
        listener(event.data)
      }
      parent.on('message', receive)
      return () => {
        parent.off('message', receive)
      }
    },
    // Electron ends a utility process together with its parent.
    onClose: () => () => undefined,
  }
}

function forkedPort(): Port {
  return {
    post: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    subscribe: (listener) => {
      process.on('message', listener)
      return () => process.off('message', listener)
    },
    onClose: (listener) => {
      process.once('disconnect', listener)
      return () => process.off('disconnect', listener)
    },
  }
}
