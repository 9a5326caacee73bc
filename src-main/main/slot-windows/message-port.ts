import type { MessagePortMain } from 'electron'
import type { Port } from '../../contracts/rpc.ts'

/** Wraps main's end of a message channel whose other end a slot's page holds. */
export function messagePort(port: MessagePortMain): Port {
  let closed = false
  port.on('close', () => {
    closed = true
  })
  port.start()
  return {
    post: (message) => {
      if (!closed) port.postMessage(message)
    },
    subscribe: (listener) => {
      const receive = (event: { data: unknown }): void => listener(event.data)
      port.on('message', receive)
      return () => port.off('message', receive)
    },
    onClose: (listener) => {
      if (closed) listener()
      else port.once('close', listener)
      return () => port.off('close', listener)
    },
  }
}
