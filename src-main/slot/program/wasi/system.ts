import type { DescriptorTable } from './descriptors.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the groups of WASI calls share. */
export interface WasiSystem {
  readonly memory: GuestMemory
  readonly table: DescriptorTable
  readonly clock: VirtualClock
  /** Charges the unit for bytes that the host is about to move; may end it with `out-of-fuel`. */
  chargeBytes(bytes: number): void
}

/** A call as WebAssembly makes it: i32 as signed numbers, i64 as signed bigints; answers an error number. */
export type WasiCall = (...args: never[]) => number
export type WasiCalls = Readonly<Record<string, WasiCall>>
