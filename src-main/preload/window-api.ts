import { contextBridge } from 'electron'
import { connect } from '../contracts/rpc.ts'
import { ipcPort } from './ipc-port.ts'

/**
 * Makes `window.api` the client of the window's one schema, without `close`: the page cannot cut itself off.
 * Of a rejection only the message crosses into the page.
 */
export function exposeWindowApi<S extends object>(schema: S, channel: string): void {
  const members = Object.entries(connect(schema, ipcPort(channel))).filter(([name]) => name !== 'close')
  contextBridge.exposeInMainWorld('api', Object.fromEntries(members))
}
