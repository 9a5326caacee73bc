/** Version of the rewriting that this code produces. A published app names one; its rules then never change. */
export const REWRITER_VERSION = 1

/** Names that start with this belong to the rewriter; modules that use them are refused. */
export const RESERVED_PREFIX = 'powerswarm:'

/**
 * How a rewritten module and its host talk about fuel.
 *
 * The host sets the exported global `fuelExport` (mutable i64) to a quantum before it calls `_start`. The module
 * subtracts what it is about to execute, and calls `importModule.tick` ( () -> () ) at the next check once the global
 * is below 0. The host then adds (quantum - global) to the unit's fuel and sets a new quantum, which never changes
 * what is charged; so a quantum of (limit - fuel so far) stops a unit at the same instruction on every machine.
 *
 * Before a deliberate trap the module sets one of two exported mutable i32 globals to 1: `stackOverflowExport` when
 * the unit's own calls exceed the stack bound (equal on every machine), `hostFailureExport` when the host could not
 * give memory that the limits allow (this machine's fault, never counted).
 *
 * `stackRoomExport` (mutable i64) is the stack that is left, in bytes. A host that calls into an instance again (units
 * never do) sets it back to what it was in the fresh instance.
 */
export const METER_ABI = {
  importModule: 'powerswarm:meter',
  tick: 'tick',
  fuelExport: 'powerswarm:fuel',
  hostFailureExport: 'powerswarm:host-failure',
  stackOverflowExport: 'powerswarm:stack-overflow',
  stackRoomExport: 'powerswarm:stack-room',
} as const

/**
 * What a module that was rewritten with checkpoints has besides, so that its host can stop it in the middle, save it
 * and go on elsewhere. None of it is charged: fuel is what it is without.
 *
 * The host sets the exported global `wantedExport` (mutable i64) to -1; the module calls `METER_ABI.importModule`.`yield`
 * ( () -> () ) at the next safe point, over and over until the global is 0 again. In that call the host may begin to
 * unwind: with `startUnwindExport` (0), after which it returns and `_start` returns without having ended. Then the host
 * calls `stopUnwindExport`, and the whole state is in the module's memories and globals:
 *
 * - its own memory
 * - `stackMemoryExport`, all little-endian: a word with the end of the unwound stack, a word with the end of the room
 *   for it (the host writes both before it unwinds: `stackStartExport`, an immutable i32 global, and the memory's
 *   size), and the stack from `stackStartExport` on
 * - the mutable globals, which `saveGlobalsExport` and `loadGlobalsExport` copy to and from the bytes in between
 *
 * To go on, here or in a fresh instance where the above was put back, the host calls `startRewindExport` (0) and
 * `_start`; the module comes back to the same call of `yield`, in which the host calls `stopRewindExport`.
 */
export const CHECKPOINT_ABI = {
  yield: 'yield',
  wantedExport: 'powerswarm:snapshot-wanted',
  stackMemoryExport: 'powerswarm:stack-memory',
  stackStartExport: 'powerswarm:stack-start',
  startUnwindExport: 'powerswarm:start-unwind',
  stopUnwindExport: 'powerswarm:stop-unwind',
  startRewindExport: 'powerswarm:start-rewind',
  stopRewindExport: 'powerswarm:stop-rewind',
  saveGlobalsExport: 'powerswarm:save-globals',
  loadGlobalsExport: 'powerswarm:load-globals',
} as const

/**
 * Custom section of a rewritten module; its content is the rewriter version, unsigned LEB128, followed by a byte 1 when
 * it has checkpoints.
 */
export const STAMP_SECTION = 'powerswarm'
