import * as v from 'valibot'
import type { UnitRun } from '../domain/outcome.ts'
import { call, notice } from './rpc.ts'
import {
  beatValue,
  loadedModuleValue,
  loadModuleValue,
  runUnitValue,
  snapshotPieceValue,
  snapshotStartValue,
  unitRunValue,
  withinMsValue,
  type Beat,
  type LoadedModule,
  type SnapshotStart,
} from './slot.ts'
import { shareValue, wholeNumber } from './values.ts'

/**
 * Between the engine and Electron main (served by main), which relays to the hidden slot windows.
 * Slots are named by a small number that the engine chooses; `open` on an open slot is refused with `already-exists`.
 */

const slotOnly = v.object({ slot: wholeNumber })

/** How far a slot's process stands back for everything else on the machine. */
export interface SlotPriority {
  readonly scheduler: 'idle' | 'normal'
  /** The lowest ordinary priority. */
  readonly nice: boolean
}

export interface OpenedSlot {
  /** Operating system process of the slot. */
  readonly pid: number
  readonly priority: SlotPriority
}

export const slotHostSchema = {
  open: call<{ slot: number }, OpenedSlot>(slotOnly),
  load: call<{ slot: number; load: v.InferOutput<typeof loadModuleValue> }, LoadedModule>(
    v.object({ slot: wholeNumber, load: loadModuleValue }),
    loadedModuleValue,
  ),
  run: call<{ slot: number; unit: v.InferOutput<typeof runUnitValue> }, UnitRun>(
    v.object({ slot: wholeNumber, unit: runUnitValue }),
    unitRunValue,
  ),
  pause: call<{ slot: number }, void>(slotOnly),
  resume: call<{ slot: number }, void>(slotOnly),
  throttle: call<{ slot: number; cpuShare: number }, void>(
    v.object({ slot: wholeNumber, cpuShare: shareValue }),
  ),
  /** See `contracts/slot`. */
  snapshot: call<{ slot: number; withinMs: number }, SnapshotStart>(
    v.object({ slot: wholeNumber, withinMs: withinMsValue }),
    snapshotStartValue,
  ),
  snapshotPiece: call<{ slot: number; at: number }, Uint8Array>(
    v.object({ slot: wholeNumber, at: wholeNumber }),
    snapshotPieceValue,
  ),
  /** Ends the slot's process at once. Its pending calls reject with `peer-gone`. Unknown slots are ignored. */
  kill: call<{ slot: number }, void>(slotOnly),
  beat: notice<{ slot: number; beat: Beat }>(v.object({ slot: wholeNumber, beat: beatValue })),
  /** The slot's process is gone, whoever ended it. */
  closed: notice<{ slot: number; reason: string }>(v.object({ slot: wholeNumber, reason: v.string() })),
}
export type SlotHostSchema = typeof slotHostSchema
