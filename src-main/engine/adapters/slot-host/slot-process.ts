import { spawn } from 'node:child_process'
import { connect } from '../../../contracts/rpc.ts'
import { slotSchema, type SlotSchema } from '../../../contracts/slot.ts'
import { PowerswarmError } from '../../../domain/errors.ts'
import { childPort } from './child-port.ts'
import type { SlotLink } from './watched-slot.ts'

/** A slot program that does not answer within this is not going to. */
const START_MS = 20_000

/**
 * Starts one slot process and waits for its first answer. Rejects with `slot-failed` when there is none.
 * The process has no environment, no standard streams and no handle but the channel to this process; it ends when
 * this process does.
 * @param command file and arguments
 */
export async function startSlotProcess(
  slot: number,
  [file, ...args]: readonly [string, ...string[]],
): Promise<SlotLink> {
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    env: {},
    // A session of its own: Ctrl-C on a terminal reaches only its parent, which then ends it in order.
    detached: true,
    windowsHide: true,
  })
  const port = childPort(child)
  const program = connect<SlotSchema>(slotSchema, port)
  const onClosed = (listener: (reason: string) => void): (() => void) =>
    port.onClose(() => listener(port.goneReason ?? 'its process is gone'))
  const kill = (): Promise<void> =>
    new Promise((resolve) => {
      port.onClose(resolve)
      child.kill('SIGKILL')
    })

  const late = setTimeout(() => void kill(), START_MS)
  try {
    // Any answer will do; a slot that is not paused has nothing to resume.
    await program.resume()
  } catch (error) {
    const reason = port.goneReason ?? 'no answer'
    throw new PowerswarmError('slot-failed', `slot ${String(slot)} did not start: ${reason}`, {
      cause: error,
    })
  } finally {
    clearTimeout(late)
  }
  return {
    slot,
    pid: child.pid ?? 0,
    program,
    onClosed,
    kill,
    onBeat: (listener) => program.on('beat', listener),
  }
}
