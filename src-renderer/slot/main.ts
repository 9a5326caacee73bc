import { SLOT_PORT_MESSAGE } from '../../src-main/contracts/ipc.ts'
import { serveSlot } from '../../src-main/slot/program/slot.ts'
import { messageEndPort } from './message-end.ts'

/**
 * The slot program in a hidden, sandboxed page: serves `contracts/slot` on the port that the preload hands over and
 * runs units in a dedicated worker. The page has no other way to the outside.
 */

function start(port: MessagePort): void {
  const slot = serveSlot({
    port: messageEndPort(port),
    startRunner: (control) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'runner' })
      // Without its runner a slot is of no use: main sees the port close and ends the process.
      worker.addEventListener('error', end)
      worker.postMessage(control)
      return messageEndPort(worker)
    },
    every: (ms, work) => {
      const timer = setInterval(work, ms)
      return () => clearInterval(timer)
    },
  })
  function end(): void {
    slot.close()
    port.close()
  }
  port.start()
}

function receive(event: MessageEvent<unknown>): void {
  const [port] = event.ports
  if (event.source !== window || event.data !== SLOT_PORT_MESSAGE || port === undefined) return
  // One page, one slot: whatever comes later is not from the preload.
  window.removeEventListener('message', receive)
  start(port)
}

window.addEventListener('message', receive)
