import type { Port } from '../../src-main/contracts/rpc.ts'

/** What a MessagePort, a Worker and a worker's own scope have in common. */
export interface MessageEnd {
  postMessage(message: unknown, options: { transfer: ArrayBuffer[] }): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
}

/** Wraps one end as a port that never closes by itself: in a slot's page both ends go together, with their process. */
export function messageEndPort(end: MessageEnd): Port {
  return {
    post: (message, moved = []) => end.postMessage(message, { transfer: [...moved] }),
    subscribe: (listener) => {
      const receive = (event: MessageEvent<unknown>): void => listener(event.data)
      end.addEventListener('message', receive)
      return () => end.removeEventListener('message', receive)
    },
    onClose: () => () => undefined,
  }
}
