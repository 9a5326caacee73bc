import * as v from 'valibot'
import type { Hex32, ModuleHash } from '../domain/ids.ts'
import { LIMITS } from '../domain/limits.ts'
import { COUNTED_OUTCOMES, UNCOUNTED_OUTCOMES, type UnitRun } from '../domain/outcome.ts'
import type { UnitFile } from '../domain/unit-file.ts'
import { call, notice, nothing } from './rpc.ts'
import {
  argumentsValue,
  bytesValue,
  filesValue,
  fuelValue,
  hex32Value,
  shareValue,
  wholeNumber,
} from './values.ts'

/**
 * Between a slot's host process and the slot program inside it (served by the slot program).
 * One slot runs one unit at a time. Module bytes arrive by `load` before the first `run` that names them.
 */

/**
 * Identifies a prepared module inside a slot: the same original under two memory limits, or with and without
 * checkpoints, is two modules.
 */
export interface ModuleName {
  readonly moduleHash: ModuleHash
  readonly rewriterVersion: number
  readonly memoryLimitBytes: number
  /** Rewritten so that `snapshot` can save its units; absent: not. */
  readonly checkpoint?: boolean
}
export const moduleNameValue: v.GenericSchema<unknown, ModuleName> = v.object({
  moduleHash: hex32Value<ModuleHash>(),
  rewriterVersion: wholeNumber,
  memoryLimitBytes: v.pipe(wholeNumber, v.maxValue(LIMITS.memoryBytes)),
  checkpoint: v.exactOptional(v.boolean()),
})

/**
 * The original module for the slot to check and rewrite. `rewrittenHash` is what the project's manifest promises:
 * the slot refuses with `module-hash-mismatch` when either hash differs. Absent only where the module's own
 * publisher asks for the hash.
 */
export interface LoadModule {
  readonly module: ModuleName
  readonly rewrittenHash?: Hex32 | undefined
  readonly original: Uint8Array
}
export const loadModuleValue: v.GenericSchema<unknown, LoadModule> = v.object({
  module: moduleNameValue,
  rewrittenHash: v.optional(hex32Value<Hex32>()),
  original: bytesValue(LIMITS.moduleBytes),
})

/** What the module asks for, in plain data, for people to read before they consent. */
export interface PermissionSheet {
  readonly imports: readonly string[]
  readonly files: boolean
  readonly network: false
  readonly clock: 'virtual' | 'none'
  readonly random: 'seeded' | 'none'
  readonly memoryLimitBytes: number
  readonly functions: number
  readonly sizeBytes: number
}
const permissionSheetValue: v.GenericSchema<unknown, PermissionSheet> = v.object({
  imports: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(LIMITS.importNameChars))),
    v.maxLength(LIMITS.importCount),
  ),
  files: v.boolean(),
  network: v.literal(false),
  clock: v.picklist(['virtual', 'none']),
  random: v.picklist(['seeded', 'none']),
  memoryLimitBytes: v.pipe(wholeNumber, v.maxValue(LIMITS.memoryBytes)),
  functions: wholeNumber,
  sizeBytes: v.pipe(wholeNumber, v.maxValue(LIMITS.moduleBytes)),
})

export interface LoadedModule {
  readonly rewrittenHash: Hex32
  readonly permissions: PermissionSheet
  /** Wall time of check, rewrite and compile. */
  readonly prepareMs: number
}
export const loadedModuleValue: v.GenericSchema<unknown, LoadedModule> = v.object({
  rewrittenHash: hex32Value<Hex32>(),
  permissions: permissionSheetValue,
  prepareMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
})

export interface RunUnit {
  /** Chosen by the caller; comes back in beats. */
  readonly run: number
  readonly module: ModuleName
  /** Arguments after the program's name. */
  readonly args: readonly string[]
  readonly stdin: Uint8Array
  /** What the unit finds in `/in`; absent: an empty folder. Bounded by `LIMITS`. */
  readonly files?: readonly UnitFile[]
  /** 32 bytes that seed the unit's random numbers: derived from project, batch and index. */
  readonly seed: Uint8Array
  readonly maxFuel: bigint
  readonly maxOutputBytes: number
  /**
   * A snapshot of this very unit, by a slot of the same architecture from the same rewritten module: the unit goes on
   * from there, with the output and the fuel that it would have had. `run` rejects with `snapshot-unusable` when it is
   * not one; the unit then has to start over.
   */
  readonly resumeFrom?: Uint8Array
}
export const runUnitValue: v.GenericSchema<unknown, RunUnit> = v.object({
  run: wholeNumber,
  module: moduleNameValue,
  args: argumentsValue,
  stdin: bytesValue(LIMITS.stdinBytes),
  files: v.exactOptional(filesValue({ count: LIMITS.inputFiles, bytes: LIMITS.inputFilesBytes })),
  seed: v.pipe(
    bytesValue(32),
    v.check((seed) => seed.byteLength === 32, 'expected 32 bytes'),
  ),
  maxFuel: v.pipe(fuelValue, v.maxValue(LIMITS.fuelPerUnit)),
  maxOutputBytes: v.pipe(wholeNumber, v.maxValue(LIMITS.outputBytes)),
  resumeFrom: v.exactOptional(bytesValue(LIMITS.snapshotBytes)),
})

/**
 * A slot runs strangers' code and may be in their hands: what it answers is checked before anybody stores it, because a
 * result that no publisher would take could never be sent.
 */
export const unitRunValue: v.GenericSchema<unknown, UnitRun> = v.pipe(
  v.object({
    outcome: v.picklist([...COUNTED_OUTCOMES, ...UNCOUNTED_OUTCOMES]),
    exitCode: v.exactOptional(v.pipe(wholeNumber, v.maxValue(255))),
    fuel: v.pipe(fuelValue, v.maxValue(LIMITS.fuelPerUnit)),
    stdout: bytesValue(LIMITS.outputBytes),
    stderr: bytesValue(LIMITS.outputBytes),
    files: v.exactOptional(filesValue({ count: LIMITS.outputFiles, bytes: LIMITS.outputFilesBytes })),
    reason: v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.reasonChars))),
  }),
  v.check(
    ({ outcome, exitCode = 0 }) => (exitCode !== 0) === (outcome === 'exit-nonzero'),
    'the exit code contradicts the outcome',
  ),
)

/** Progress and heartbeat in one: sent every second while a unit is loaded, and when it pauses and resumes. */
export interface Beat {
  readonly run: number
  readonly phase: 'preparing' | 'running' | 'paused'
  readonly fuel: bigint
  /** What the app itself reported through `powerswarm.progress`, 0..1; absent when it never did. */
  readonly fraction?: number
  /** Counts the unit's own ticks: a beat whose `ticks` stand still while running is silence. */
  readonly ticks: number
}
export const beatValue: v.GenericSchema<unknown, Beat> = v.object({
  run: wholeNumber,
  phase: v.picklist(['preparing', 'running', 'paused']),
  fuel: fuelValue,
  fraction: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  ticks: wholeNumber,
})

/**
 * `withinMs` — wall time in which the unit may look for a safe point; the longer, the surer, also while it is paused.
 */
export interface SnapshotRequest {
  readonly withinMs: number
}
export const withinMsValue = v.pipe(wholeNumber, v.maxValue(LIMITS.snapshotWithinMs))
export const snapshotRequestValue: v.GenericSchema<unknown, SnapshotRequest> = v.object({
  withinMs: withinMsValue,
})

/** Absent bytes: no unit is running, its module has no checkpoints, no safe point came in time, or it is too large. */
export interface Snapshot {
  /** Of `run`; 0 when there are no bytes. */
  readonly run: number
  /** At most `LIMITS.snapshotBytes`; opaque to everybody but the slot program. */
  readonly bytes?: Uint8Array
}

/** A snapshot as it comes: `bytes` is its first piece, and the others are to be asked for by `snapshotPiece`. */
export interface SnapshotStart extends Snapshot {
  /** Of the whole; absent where the first piece is all. */
  readonly length?: number
}
export const snapshotPieceValue = bytesValue(LIMITS.snapshotPieceBytes)
export const snapshotStartValue: v.GenericSchema<unknown, SnapshotStart> = v.object({
  run: wholeNumber,
  bytes: v.exactOptional(snapshotPieceValue),
  length: v.exactOptional(v.pipe(wholeNumber, v.maxValue(LIMITS.snapshotBytes))),
})

export const slotSchema = {
  load: call<LoadModule, LoadedModule>(loadModuleValue, loadedModuleValue),
  /** Resolves with how the unit ended; rejects only for a module that was never loaded. */
  run: call<RunUnit, UnitRun>(runUnitValue, unitRunValue),
  /** Takes effect at the unit's next safe point (about 2 ms); answers when the thread has stopped computing. */
  pause: call<void, void>(nothing),
  resume: call<void, void>(nothing),
  /** 1 = full speed; 0.25 = a quarter of the time. */
  throttle: call<{ cpuShare: number }, void>(v.object({ cpuShare: shareValue })),
  /**
   * Saves the running unit's state at its next safe point; it then goes on, or stays paused if it was. A paused unit
   * computes until there, at most `withinMs`.
   */
  snapshot: call<SnapshotRequest, SnapshotStart>(snapshotRequestValue, snapshotStartValue),
  /**
   * What comes at `at` of the last snapshot, which is kept until its end was asked for, another one is, or another unit
   * begins. Empty when it is gone.
   */
  snapshotPiece: call<{ at: number }, Uint8Array>(v.object({ at: wholeNumber }), snapshotPieceValue),
  beat: notice<Beat>(beatValue),
}
export type SlotSchema = typeof slotSchema
