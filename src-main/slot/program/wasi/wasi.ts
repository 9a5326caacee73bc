import { LIMITS } from '../../../domain/limits.ts'
import type { UnitFile } from '../../../domain/unit-file.ts'
import { clockCalls } from './calls/clock.ts'
import { descriptorCalls } from './calls/descriptor.ts'
import { directoryCalls } from './calls/directory.ts'
import { filestatCalls } from './calls/filestat.ts'
import { openCalls } from './calls/open.ts'
import { pathCalls } from './calls/path.ts'
import { pollCalls } from './calls/poll.ts'
import { positionCalls } from './calls/position.ts'
import { processCalls } from './calls/process.ts'
import { readingAndWritingCalls } from './calls/reading-and-writing.ts'
import { socketCalls } from './calls/socket.ts'
import { CALL_FUEL } from './costs.ts'
import { DescriptorTable } from './descriptors.ts'
import { WasiError } from './errno.ts'
import { filesOf, fillVolume } from './files/unit-files.ts'
import { Volume } from './files/volume.ts'
import { GuestMemory } from './guest-memory.ts'
import { SeededRandom } from './random.ts'
import { INPUT_RIGHTS, OUTPUT_RIGHTS, preopenRights } from './rights.ts'
import { restoreWasi, saveWasi, type SavedWasi, type WasiState } from './saved-state.ts'
import { InputStream, OutputStream } from './streams.ts'
import type { WasiCall, WasiSystem } from './system.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Standard error is for people's eyes: its beginning is enough. */
export const STDERR_KEPT_BYTES = 16 * 1024

/** A folder that the unit finds open. */
export interface Preopen {
  /** Absolute. */
  readonly path: string
  readonly isWritable: boolean
  readonly files: readonly UnitFile[]
}

export interface WasiInit {
  /** Arguments after the program's name. */
  readonly args: readonly string[]
  /** Each one `NAME=value`; a unit has none. */
  readonly environment?: readonly string[]
  readonly stdin: Uint8Array
  /** From descriptor 3 on, in this order; see {@link unitPreopens}. */
  readonly preopens: readonly Preopen[]
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
  /** Regular files in the writable preopens, sorted by path; may end the unit with `output-too-large`. */
  files(): readonly UnitFile[]
  /** The whole state between two calls but for the fuel; a copy. */
  save(): SavedWasi
  /** Goes on from a state that a host with equal `args`, `stdin` and `preopens` saved. */
  restore(saved: SavedWasi): void
}

/** What every unit finds open: what came with it in `/in`, and an empty `/out` for what it leaves. */
export function unitPreopens(files: readonly UnitFile[] = []): readonly Preopen[] {
  return [
    { path: '/in', isWritable: false, files },
    { path: '/out', isWritable: true, files: [] },
  ]
}

/**
 * A deterministic WASI preview 1: nothing it answers depends on the machine, the time or the load. The clock is the
 * unit's fuel, random numbers come from its seed, files are in memory, and there is no network. Wrong pointers and
 * numbers give error codes; a call never throws anything but a `UnitEnd`.
 */
export function createWasi(init: WasiInit): Wasi {
  const memory = new GuestMemory()
  const state = freshState(init)
  const { table, clock, random, stdout, stderr } = state
  const system: WasiSystem = { memory, table, clock, charge: (fuel) => init.charge(fuel) }
  const environment = init.environment ?? []
  const calls = {
    ...processCalls(system, { args: ['app', ...init.args], environment, random }),
    ...clockCalls(system),
    ...pollCalls(system),
    ...descriptorCalls(system),
    ...readingAndWritingCalls(system),
    ...positionCalls(system),
    ...filestatCalls(system),
    ...directoryCalls(system),
    ...openCalls(system),
    ...pathCalls(system),
    ...socketCalls(system),
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
    files: () => state.volumes.filter(({ isWritable }) => isWritable).flatMap(filesOf),
    save: () => saveWasi(state),
    restore: (saved) => restoreWasi(state, saved),
  }
}

function freshState(init: WasiInit): WasiState {
  const clock = new VirtualClock(() => init.fuelUsed())
  const stdin = new InputStream(init.stdin)
  const stdout = new OutputStream(init.maxOutputBytes, 'end-unit')
  const stderr = new OutputStream(STDERR_KEPT_BYTES, 'drop')
  const table = new DescriptorTable()
  const input = { rightsBase: INPUT_RIGHTS, rightsInheriting: 0n, flags: 0 }
  const output = { rightsBase: OUTPUT_RIGHTS, rightsInheriting: 0n, flags: 1 }
  table.open({ kind: 'input', stream: stdin, ...input })
  table.open({ kind: 'output', name: 'stdout', stream: stdout, ...output })
  table.open({ kind: 'output', name: 'stderr', stream: stderr, ...output })

  const volumes = init.preopens.map(({ path, isWritable, files }, index) => {
    const volume = new Volume({
      device: index + 1,
      isWritable,
      // What comes with a unit is bounded where it comes in.
      maxBytes: isWritable ? LIMITS.outputFilesBytes : Infinity,
      maxEntries: isWritable ? LIMITS.outputFiles : Infinity,
      now: () => clock.calendarNs(),
    })
    fillVolume(volume, files)
    const rights = preopenRights(isWritable)
    table.open({
      kind: 'directory',
      volume,
      node: volume.root,
      preopen: path,
      rightsBase: rights.base,
      rightsInheriting: rights.inheriting,
      flags: 0,
    })
    return volume
  })
  return { clock, random: new SeededRandom(init.seed), stdin, stdout, stderr, table, volumes }
}
