import { connect, type Calls, type Port } from '../../../contracts/rpc.ts'
import type { Beat, SlotSchema } from '../../../contracts/slot.ts'
import { slotHostSchema, type SlotHostSchema, type SlotPriority } from '../../../contracts/slot-host.ts'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import type { Log, Slot, SlotHost, SlotIsolation } from '../../ports.ts'
import type { IdleGroup } from './idle-group.ts'
import type { PriorityFacts } from './priority.ts'
import { watchedSlot, type SlotLink, type Watch } from './watched-slot.ts'

export interface DesktopSlotHostInit {
  /** Carries `contracts/slot-host`, served by main; when it closes, every slot is gone. */
  readonly port: Port
  /** What the composition root knows about the windows' sandbox. */
  readonly isolation: SlotIsolation
  /** Where slots give way to everything else on this machine; closed with the host. */
  readonly group?: IdleGroup | undefined
  /** Hears once how far slots can stand back here: `slot-priority`. */
  readonly log?: Log
  /** Tests replace the watchdog's timer. */
  readonly watch?: Watch
}

/**
 * Slots as hidden windows of the desktop app, reached through Electron main. Main lowers their threads; a control
 * group, where there may be one, is this process's to make: it outlives no engine.
 */
export function createDesktopSlotHost(init: DesktopSlotHostInit): SlotHost {
  const { port, isolation, group, watch } = init
  const host = connect<SlotHostSchema>(slotHostSchema, port)
  const links = new Map<number, DesktopLink>()
  const gone = (slot: number, reason: string): void => {
    const link = links.get(slot)
    links.delete(slot)
    link?.close(reason)
  }
  host.on('beat', ({ slot, beat }) => links.get(slot)?.beat(beat))
  host.on('closed', ({ slot, reason }) => gone(slot, reason))
  port.onClose(() => {
    for (const slot of [...links.keys()]) gone(slot, 'the desktop app is gone')
  })

  let toldPriority = false
  const standBack = (pid: number, priority: SlotPriority): void => {
    const isInGroup = group?.add(pid) === true
    const facts: PriorityFacts = { group: isInGroup ? group.knob : 'none', ...priority, autogroup: false }
    if (!toldPriority) init.log?.('info', 'slot-priority', { ...facts })
    toldPriority = true
  }

  return {
    isolation,
    open: async (slot): Promise<Slot> => {
      if (links.has(slot)) throw new PowerswarmError('already-exists', `slot ${String(slot)} is open already`)
      // Known before main answers: a slot that dies at once must not be missed.
      const link = desktopLink(slot, host)
      links.set(slot, link)
      try {
        const { pid, priority } = await host.open({ slot })
        link.pid = pid
        standBack(pid, priority)
      } catch (error) {
        links.delete(slot)
        throw error
      }
      return watchedSlot(link, watch)
    },
    close: async () => {
      await Promise.all([...links.values()].map((link) => link.kill()))
      host.close()
      group?.close()
    },
  }
}

interface DesktopLink extends SlotLink {
  /** 0 until the slot is open. */
  pid: number
  beat(beat: Beat): void
  close(reason: string): void
}

type Host = ReturnType<typeof connect<SlotHostSchema>>

function desktopLink(slot: number, host: Host): DesktopLink {
  const beatListeners = new Set<(beat: Beat) => void>()
  const closeListeners = new Set<(reason: string) => void>()
  let closedReason: string | undefined

  /** Rejects with `peer-gone` as soon as the slot is gone, whether or not main still answers. */
  const orGone = <T>(call: () => Promise<T>): Promise<T> => {
    if (closedReason !== undefined) return Promise.reject(peerGone(slot))
    return new Promise((resolve, reject) => {
      const stop = onClosed(() => reject(peerGone(slot)))
      call().then(resolve, reject).finally(stop)
    })
  }
  const onClosed = (listener: (reason: string) => void): (() => void) => {
    if (closedReason === undefined) closeListeners.add(listener)
    else listener(closedReason)
    return () => closeListeners.delete(listener)
  }
  const program: Calls<SlotSchema> = {
    load: (load) => orGone(() => host.load({ slot, load })),
    run: (unit) => orGone(() => host.run({ slot, unit })),
    pause: () => orGone(() => host.pause({ slot })),
    resume: () => orGone(() => host.resume({ slot })),
    throttle: ({ cpuShare }) => orGone(() => host.throttle({ slot, cpuShare })),
    snapshot: ({ withinMs }) => orGone(() => host.snapshot({ slot, withinMs })),
    snapshotPiece: ({ at }) => orGone(() => host.snapshotPiece({ slot, at })),
  }
  return {
    slot,
    pid: 0,
    program,
    onBeat: (listener) => {
      beatListeners.add(listener)
      return () => beatListeners.delete(listener)
    },
    onClosed,
    kill: async () => {
      const closed = new Promise<void>((resolve) => onClosed(() => resolve()))
      await host.kill({ slot }).catch((error: unknown) => {
        // Main is gone, and every slot with it.
        if (errorCode(error) !== 'peer-gone') throw error
      })
      await closed
    },
    beat: (beat) => {
      for (const listener of beatListeners) listener(beat)
    },
    close: (reason) => {
      closedReason = reason
      for (const listener of closeListeners) listener(reason)
      closeListeners.clear()
    },
  }
}

function peerGone(slot: number): PowerswarmError {
  return new PowerswarmError('peer-gone', `slot ${String(slot)} is gone`)
}
