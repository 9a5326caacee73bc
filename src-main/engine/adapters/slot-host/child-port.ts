import type { ChildProcess } from 'node:child_process'
import type { Port } from '../../../contracts/rpc.ts'

export interface ChildPort extends Port {
  /** Why the process is gone, in words; undefined while it is there. */
  readonly goneReason: string | undefined
}

/**
 * A child's IPC channel as a port. It closes when the process is gone, not when the channel is: only then is the
 * reason known, and a slot that closes its channel ends anyway.
 */
export function childPort(child: ChildProcess): ChildPort {
  const closers = new Set<() => void>()
  let goneReason: string | undefined
  const gone = (reason: string): void => {
    if (goneReason !== undefined) return
    goneReason = reason
    for (const closer of closers) closer()
    closers.clear()
  }
  child.once('exit', (code, signal) => {
    gone(signal === null ? `exited with code ${String(code)}` : `ended by ${signal}`)
  })
  child.on('error', (error) => {
    // Also reported for a message that could not be sent; then the process is still there.
    if (child.pid === undefined) gone(`could not be started: ${error.message}`)
  })
  return {
    get goneReason() {
      return goneReason
    },
    post: (message) => {
      if (child.connected) child.send(message as object, ignoreClosing)
    },
    subscribe: (listener) => {
      child.on('message', listener)
      return () => child.off('message', listener)
    },
    onClose: (listener) => {
      if (goneReason === undefined) closers.add(listener)
      else listener()
      return () => closers.delete(listener)
    },
  }
}

/** The process ended between the check and the send: its exit is reported by itself. */
function ignoreClosing(_error: Error | null): void {}
