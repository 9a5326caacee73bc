import { ipcRenderer } from 'electron'
import type { Port } from '../contracts/rpc.ts'

/** The window's end of its one channel to main. It never closes: a window goes together with its page. */
export function ipcPort(channel: string): Port {
  return {
    post: (message) => {
      ipcRenderer.send(channel, message)
    },
    subscribe: (listener) => {
      const receive = (_event: unknown, message: unknown): void => listener(message)
      ipcRenderer.on(channel, receive)
      return () => ipcRenderer.off(channel, receive)
    },
    onClose: () => () => undefined,
  }
}
