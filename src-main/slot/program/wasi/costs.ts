/**
 * What the host's own work costs a unit, in fuel. A nanosecond of ordinary code is about 16 fuel; each figure is what
 * the work takes at that rate, so that a loop of calls comes to a tick as soon as any other code does.
 */

/** A call across the boundary, with up to {@link FREE_VECTORS} vectors: about 0.2 µs. */
export const CALL_FUEL = 4096
/** A byte moved one at a time (random numbers, the slowest): about 1 ns. */
export const BYTE_FUEL = 16
/** Reading a path out of the memory and finding its end: about 1 µs. */
export const PATH_FUEL = 16_384
/** One component of a path: about 50 ns. */
export const STEP_FUEL = 1024
/** Following a symbolic link: about 0.4 µs, its components not counted. */
export const LINK_FUEL = 6144
/** A name in a listing, sorted or written out: about 0.5 µs. */
export const ENTRY_FUEL = 8192
/** Each vector beyond those that are included in the call: about 0.1 µs. */
export const VECTOR_FUEL = 2048
export const FREE_VECTORS = 4

/** Large amounts are moved in pieces of this size, with a charge before each: a pause never waits for all of it. */
export const PIECE_BYTES = 64 * 1024
