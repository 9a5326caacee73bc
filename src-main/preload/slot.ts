import { ipcRenderer } from 'electron'
import { SLOT_PORT_CHANNEL, SLOT_PORT_MESSAGE } from '../contracts/ipc.ts'

// The page gets the slot port and nothing else: no api, no way to send to main.
ipcRenderer.on(SLOT_PORT_CHANNEL, (event) => {
  window.postMessage(SLOT_PORT_MESSAGE, '*', event.ports)
})
