import { BYTE_FUEL, PIECE_BYTES } from './costs.ts'
import type { DescriptorTable } from './descriptors.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the groups of WASI calls share. */
export interface WasiSystem {
  readonly memory: GuestMemory
  readonly table: DescriptorTable
  readonly clock: VirtualClock
  /** Takes fuel for work that the host is about to do; may end the unit with `out-of-fuel`, may pause. */
  charge(fuel: number): void
}

/** A call as WebAssembly makes it: i32 as signed numbers, i64 as signed bigints; answers an error number. */
export type WasiCall = (...args: never[]) => number
export type WasiCalls = Readonly<Record<string, WasiCall>>

/** Charges for bytes that the host is about to move. */
export function chargeBytes(system: WasiSystem, bytes: number): void {
  system.charge(bytes * BYTE_FUEL)
}

/** Has `work` move the bytes from `start` to `end` in pieces, each charged before it is moved. */
export function inPieces(
  system: WasiSystem,
  bytes: number,
  work: (start: number, end: number) => void,
): void {
  for (let start = 0; start < bytes; start += PIECE_BYTES) {
    const end = Math.min(bytes, start + PIECE_BYTES)
    chargeBytes(system, end - start)
    work(start, end)
  }
}
