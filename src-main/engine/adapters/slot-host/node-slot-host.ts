import { PowerswarmError } from '../../../domain/errors.ts'
import type { Log, Slot, SlotHost } from '../../ports.ts'
import { confinedCommand, probeConfinement, type Confinement } from './confinement.ts'
import { NORMAL_PRIORITY, probePriority } from './priority.ts'
import { startSlotProcess } from './slot-process.ts'
import { watchedSlot, type Watch } from './watched-slot.ts'

export interface NodeSlotHostInit {
  /** Node 24 or later. */
  readonly execPath: string
  /**
   * The built slot program (`out/main/slot-node-host.js`), an absolute path. Of all files a slot may read this one and,
   * beside it, the library that makes checkpoints.
   */
  readonly programPath: string
  /** Refuse to start where slots cannot be cut off from the network by the system. */
  readonly requireIsolation?: boolean
  /** Tests set it; otherwise found out by trying. */
  readonly confinement?: Confinement
  /** Units give way to everything else on this machine, unless a person waits for them. Default true. */
  readonly background?: boolean
  /** Hears once how far slots can stand back here: `slot-priority`. */
  readonly log?: Log
  /** Tests replace the watchdog's timer. */
  readonly watch?: Watch
}

/**
 * Slots as child processes of this one, for donors and publishers without a desktop.
 * Throws `isolation-unavailable` when isolation is required and the system does not give it.
 * `open` rejects with `already-exists` for a slot that is open and `slot-failed` when its process does not start.
 */
export async function createNodeSlotHost(init: NodeSlotHostInit): Promise<SlotHost> {
  const confinement = init.confinement ?? (await probeConfinement())
  if (init.requireIsolation === true && !confinement.isolation.sandboxed)
    throw new PowerswarmError(
      'isolation-unavailable',
      'this system does not let slots run without a network: allow user namespaces (util-linux unshare) or run as root',
    )
  const priority = init.background === false ? NORMAL_PRIORITY : await probePriority()
  const confined = confinedCommand(confinement, init.execPath, init.programPath)
  const command = [...priority.wrapper, ...confined] as [string, ...string[]]
  const slots = new Map<number, Promise<Slot>>()
  let closed = false
  let toldPriority = false

  const start = async (slot: number): Promise<Slot> => {
    const link = await startSlotProcess(slot, command)
    link.onClosed(() => slots.delete(slot))
    const facts = priority.apply(link.pid)
    if (!toldPriority) init.log?.('info', 'slot-priority', { ...facts })
    toldPriority = true
    return watchedSlot(link, init.watch)
  }
  return {
    isolation: confinement.isolation,
    open: async (slot) => {
      if (closed) throw new PowerswarmError('peer-gone', 'the slot host is closed')
      if (slots.has(slot)) throw new PowerswarmError('already-exists', `slot ${String(slot)} is open already`)
      const starting = start(slot)
      slots.set(slot, starting)
      starting.catch(() => slots.delete(slot))
      return starting
    },
    close: async () => {
      closed = true
      // One that is still starting is waited for; one that fails to start has ended by itself.
      const opened = await Promise.allSettled(slots.values())
      const open = opened.flatMap((slot) => (slot.status === 'fulfilled' ? [slot.value] : []))
      await Promise.all(open.map((slot) => slot.kill()))
      priority.close()
    },
  }
}
