import { serve, type Port, type Server } from '../../contracts/rpc.ts'
import { slotHostSchema, type OpenedSlot, type SlotHostSchema } from '../../contracts/slot-host.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { lowerNewThreads } from './low-priority.ts'
import type { SlotWindow } from './slot-window.ts'

/** Opens one slot; rejects with `slot-failed`. */
export type OpenSlot = (slot: number) => Promise<SlotWindow>

/** A slot that is being opened; compared by identity, so that a kill in between is noticed. */
interface Opening {
  readonly pid: undefined
}
type Place = SlotWindow | Opening

/**
 * Serves slotHostSchema to one engine process by relaying to slot windows. The returned function ends the service
 * and kills every slot that this engine opened.
 */
export function serveSlots(port: Port, open: OpenSlot): () => void {
  const places = new Map<number, Place>()
  let ended = false

  const program = (slot: number): SlotWindow['program'] => {
    const place = places.get(slot)
    if (place?.pid === undefined) throw new PowerswarmError('not-found', `Slot ${String(slot)} is not open`)
    return place.program
  }
  const openSlot = async (slot: number): Promise<OpenedSlot> => {
    if (places.has(slot)) throw new PowerswarmError('already-exists', `Slot ${String(slot)} is open`)
    const opening: Opening = { pid: undefined }
    places.set(slot, opening)
    try {
      const window = await open(slot)
      const refusal = reasonToRefuse(opening, slot, window)
      if (refusal !== undefined) {
        window.kill()
        throw new PowerswarmError('slot-failed', refusal)
      }
      places.set(slot, window)
      relayNotices(slot, window)
      return { pid: window.pid, priority: window.priority }
    } catch (error) {
      if (places.get(slot) === opening) places.delete(slot)
      throw error
    }
  }
  const reasonToRefuse = (opening: Opening, slot: number, window: SlotWindow): string | undefined => {
    if (places.get(slot) !== opening) return `Slot ${String(slot)} was ended while it was opened`
    // Units of two slots must never meet in one process: the operating system's sandbox is around the process.
    const shared = [...places.values()].some((place) => place.pid === window.pid)
    return shared ? `Slot ${String(slot)} has no process of its own` : undefined
  }
  const relayNotices = (slot: number, window: SlotWindow): void => {
    let lastRun = -1
    window.program.on('beat', (beat) => {
      if (beat.run !== lastRun) void lowerNewThreads(window.pid)
      lastRun = beat.run
      server.notify('beat', { slot, beat })
    })
    window.onClosed((reason) => {
      if (places.get(slot) === window) places.delete(slot)
      if (!ended) server.notify('closed', { slot, reason })
    })
  }
  const server: Server<SlotHostSchema> = serve(slotHostSchema, port, {
    open: ({ slot }) => openSlot(slot),
    load: ({ slot, load }) => program(slot).load(load),
    run: ({ slot, unit }) => program(slot).run(unit),
    pause: ({ slot }) => program(slot).pause(),
    resume: ({ slot }) => program(slot).resume(),
    throttle: ({ slot, cpuShare }) => program(slot).throttle({ cpuShare }),
    snapshot: ({ slot, withinMs }) => program(slot).snapshot({ withinMs }),
    snapshotPiece: ({ slot, at }) => program(slot).snapshotPiece({ at }),
    kill: ({ slot }) => {
      const place = places.get(slot)
      if (place?.pid === undefined) places.delete(slot)
      else place.kill()
    },
  })
  return () => {
    ended = true
    server.close()
    for (const place of [...places.values()]) if (place.pid !== undefined) place.kill()
    places.clear()
  }
}
