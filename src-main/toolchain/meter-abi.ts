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

/** Custom section of a rewritten module; its content is the rewriter version, unsigned LEB128. */
export const STAMP_SECTION = 'powerswarm'
