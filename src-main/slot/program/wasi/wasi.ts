import { clockCalls } from './clock-calls.ts'
import { DescriptorTable, inputStream, outputStream } from './descriptors.ts'
import { WasiError } from './errno.ts'
import { fdCalls } from './fd-calls.ts'
import { GuestMemory } from './guest-memory.ts'
import { pathCalls } from './path-calls.ts'
import { processCalls } from './process-calls.ts'
import { SeededRandom } from './random.ts'
import type { WasiCall } from './system.ts'
import { VirtualClock } from './virtual-clock.ts'

/**
 * What the host's own work costs a unit. A call across the boundary takes about 0.2 µs and moving a byte one at a
 * time (random numbers, the slowest) about 1 ns, where a nanosecond of ordinary code is about 16 fuel.
 */
export const CALL_FUEL = 4096
export const BYTE_FUEL = 16

/** Standard error is for people's eyes: its beginning is enough. */
export const STDERR_KEPT_BYTES = 16 * 1024

export interface WasiInit {
  /** Arguments after the program's name. */
  readonly args: readonly string[]
  readonly stdin: Uint8Array
  /** 32 bytes. */
  readonly seed: Uint8Array
  readonly maxOutputBytes: number
  /** Takes fuel from the unit; may throw to end it. */
  charge(fuel: number): void
  /** Fuel used up to this moment. */
  fuelUsed(): bigint
}

export interface Wasi {
  /** The functions of `wasi_snapshot_preview1`. */
  readonly imports: Readonly<Record<string, (...args: unknown[]) => number>>
  /** Must be called before the module calls anything. */
  attach(memory: WebAssembly.Memory): void
  stdout(): Uint8Array
  stderr(): Uint8Array
}

/**
 * A deterministic WASI preview 1: nothing it answers depends on the machine, the time or the load. The environment
 * is empty, the clock is the unit's fuel, random numbers come from its seed, there are no files and no network.
 * Wrong pointers and numbers give error codes; a call never throws anything but a `UnitEnd`.
 */
export function createWasi(init: WasiInit): Wasi {
  const memory = new GuestMemory()
  const stdout = outputStream(init.maxOutputBytes, 'end-unit')
  const stderr = outputStream(STDERR_KEPT_BYTES, 'drop')
  const table = new DescriptorTable([inputStream(init.stdin), stdout, stderr])
  const system = {
    memory,
    table,
    clock: new VirtualClock(() => init.fuelUsed()),
    chargeBytes: (bytes: number) => init.charge(bytes * BYTE_FUEL),
  }
  const calls = {
    ...processCalls(system, ['app', ...init.args], new SeededRandom(init.seed)),
    ...clockCalls(system),
    ...fdCalls(system),
    ...pathCalls(table),
  }

  const guarded =
    (call: WasiCall) =>
    (...args: unknown[]): number => {
      memory.refresh()
      init.charge(CALL_FUEL)
      try {
        return call(...(args as never[]))
      } catch (error) {
        if (error instanceof WasiError) return error.errno
        throw error
      }
    }
  return {
    imports: Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, guarded(call)])),
    attach: (unitMemory) => memory.attach(unitMemory),
    stdout: () => stdout.taken(),
    stderr: () => stderr.taken(),
  }
}
