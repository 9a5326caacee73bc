/** Count of executed instructions as the rewritten module counts them. Never negative. */
export type Fuel = bigint

/** One credit is a tera-instruction. Credit is stored as integer fuel and divided only for people's eyes. */
export const FUEL_PER_CREDIT = 1_000_000_000_000n

export const KIB = 1024
export const MIB = 1024 * KIB
export const WASM_PAGE_BYTES = 64 * KIB

/** Milliseconds since the epoch, by whichever clock was passed in. */
export type UnixMs = number
