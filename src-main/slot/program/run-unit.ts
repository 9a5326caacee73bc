import type { RunUnit } from '../../contracts/slot.ts'
import { errorCode } from '../../domain/errors.ts'
import type { UnitRun } from '../../domain/outcome.ts'
import type { UnitFile } from '../../domain/unit-file.ts'
import { CHECKPOINT_ABI, METER_ABI } from '../../toolchain/index.ts'
import { isFuelCounter, Meter, outOfFuel, type Quantum } from './meter.ts'
import { SafePoints } from './snapshot/safe-points.ts'
import { encodeSnapshot, type UnitState } from './snapshot/snapshot-format.ts'
import type { SnapshotIdentity } from './snapshot/unit-identity.ts'
import { unusable } from './snapshot/unusable.ts'
import { UnitEnd } from './unit-end.ts'
import { CALL_FUEL } from './wasi/costs.ts'
import { createWasi, unitPreopens, type Wasi, type WasiInit } from './wasi/wasi.ts'

export interface RunUnitComponents {
  /** A module that this slot rewrote itself. */
  readonly module: WebAssembly.Module
  readonly quantum?: Quantum
  /** What a unit finds besides its input; others than a unit's own only to try the calls out. */
  readonly surroundings?: Pick<WasiInit, 'preopens' | 'environment'>
  /** For a module that was rewritten with checkpoints. */
  readonly checkpoints?: UnitCheckpoints
  /** See {@link Meter}. */
  onTick(used: bigint): void
  /** What the app reports of its progress. */
  onProgress(fraction: number): void
}

/** How a unit is saved on its way. */
export interface UnitCheckpoints {
  readonly identity: SnapshotIdentity
  /** State to go on from. */
  readonly resumeFrom?: UnitState
  /** Asked at every tick: whether the unit is to be saved at the next safe point. */
  isWanted(): boolean
  /** Asked all along while it is being saved, which takes time. When it says no it goes on as if it were too large. */
  isStillWanted?(): boolean
  /** What a snapshot says besides the state itself. */
  read(): Pick<UnitState, 'computedMs' | 'fraction'>
  /** The unit was saved, or is too large for it, and goes on as soon as this returns. */
  onSaved(bytes: Uint8Array<ArrayBuffer> | undefined): void
}

/**
 * Runs one unit to its end on this thread and says how it ended. What is no ending of a unit is a failure of the host;
 * throws nothing but `snapshot-unusable`, when it cannot go on from the given state.
 */
export function runUnit(unit: RunUnit, components: RunUnitComponents): UnitRun {
  const { checkpoints } = components
  const safePoints = new SafePoints()
  const meter = new Meter({
    limit: unit.maxFuel,
    onTick: (used) => {
      components.onTick(used)
      if (checkpoints !== undefined) safePoints.setWanted(checkpoints.isWanted())
    },
    ...(components.quantum === undefined ? {} : { quantum: components.quantum }),
  })
  const wasi = createWasi({
    args: unit.args,
    stdin: unit.stdin,
    seed: unit.seed,
    maxOutputBytes: unit.maxOutputBytes,
    ...(components.surroundings ?? { preopens: unitPreopens(unit.files) }),
    charge: (fuel) => meter.charge(fuel),
    fuelUsed: () => meter.used(),
  })
  const exports: { current?: WebAssembly.Exports } = {}
  let end: UnitEnd
  try {
    exports.current = instantiate(components, meter, wasi, safePoints)
    const start = exports.current['_start']
    if (typeof start !== 'function') throw new UnitEnd('host-failure', 'the module has no _start')
    const goOn = start as () => void
    goOn()
    while (checkpoints !== undefined && safePoints.wasLeft()) {
      const state = { fuel: meter.used(), wasi: wasi.save(), ...safePoints.stopped, ...checkpoints.read() }
      const isStillWanted = (): boolean => checkpoints.isStillWanted?.() ?? true
      checkpoints.onSaved(encodeSnapshot(checkpoints.identity, state, isStillWanted))
      safePoints.setWanted(checkpoints.isWanted())
      safePoints.rewind()
      goOn()
    }
    end = new UnitEnd('ok', 'returned', 0)
  } catch (error) {
    if (errorCode(error) === 'snapshot-unusable') throw error
    if (safePoints.isLost) throw unusable('its unit ends on the way back to its safe point', error)
    if (checkpoints?.resumeFrom !== undefined && isEnginesOwn(error))
      throw unusable('its unit fails as none of its program does', error)
    end = ending(error, exports.current, safePoints)
  }
  return report(unit, meter, wasi, end)
}

function instantiate(
  components: RunUnitComponents,
  meter: Meter,
  wasi: Wasi,
  safePoints: SafePoints,
): WebAssembly.Exports {
  const progress = (fraction: number): void => {
    meter.charge(CALL_FUEL)
    components.onProgress(fraction)
  }
  const { exports } = new WebAssembly.Instance(components.module, {
    [METER_ABI.importModule]: {
      [METER_ABI.tick]: () => meter.tick(),
      [CHECKPOINT_ABI.yield]: () => safePoints.yield(),
    },
    wasi_snapshot_preview1: { ...wasi.imports },
    powerswarm: { progress },
  })
  const fuel = exports[METER_ABI.fuelExport]
  const memory = exports['memory']
  if (!isFuelCounter(fuel) || !(memory instanceof WebAssembly.Memory))
    throw new UnitEnd('host-failure', 'the module was not rewritten by this program')
  wasi.attach(memory)
  if (components.checkpoints !== undefined) {
    const { checkpoints } = components
    safePoints.attach(exports)
    if (checkpoints.resumeFrom !== undefined) restore(checkpoints.resumeFrom, meter, wasi, safePoints)
    safePoints.setWanted(checkpoints.isWanted())
  }
  meter.attach(fuel)
  return exports
}

function restore(state: UnitState, meter: Meter, wasi: Wasi, safePoints: SafePoints): void {
  // Its checksum finds damage, not forgery: the unit's limit holds for what is restored too.
  if (state.fuel > meter.limit) throw unusable('it has used more fuel than its unit may')
  meter.restore(state.fuel)
  wasi.restore(state.wasi)
  safePoints.restore(state)
}

/**
 * The engine's own stack at its end, or a bug of this program. The stack is bounded by what a module keeps in its own
 * locals, which a forged snapshot may have changed; without it the unit fails again, or does not.
 */
function isEnginesOwn(error: unknown): boolean {
  return !(error instanceof UnitEnd) && !(error instanceof WebAssembly.RuntimeError)
}

/** What a thrown value says about the unit. The rewriter's flags tell its own traps from the unit's. */
function ending(error: unknown, exports: WebAssembly.Exports | undefined, safePoints: SafePoints): UnitEnd {
  if (error instanceof UnitEnd) return error
  if (error instanceof WebAssembly.RuntimeError && !safePoints.isBetween) {
    if (isSet(exports, METER_ABI.hostFailureExport))
      return new UnitEnd('host-failure', 'this machine has no memory left within the unit’s limit')
    if (isSet(exports, METER_ABI.stackOverflowExport)) return new UnitEnd('stack-overflow', error.message)
    return new UnitEnd('trap', error.message)
  }
  // A RangeError is the engine's own stack or memory at its end: both depend on the machine.
  return new UnitEnd(
    'host-failure',
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  )
}

function isSet(exports: WebAssembly.Exports | undefined, name: string): boolean {
  const flag = exports?.[name]
  return flag instanceof WebAssembly.Global && flag.value === 1
}

function report(unit: RunUnit, meter: Meter, wasi: Wasi, ended: UnitEnd): UnitRun {
  const counted = ended.outcome !== 'host-failure' && ended.outcome !== 'timeout'
  // The last stretch may end without a check; beyond the limit is beyond the limit all the same.
  const { end, files } = collect(counted && meter.exceeded ? outOfFuel(unit.maxFuel) : ended, wasi)
  const used = meter.used()
  const clean = end.outcome === 'ok'
  return {
    outcome: end.outcome,
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    // How far a check lies beyond the limit says nothing about the work done.
    fuel: used > unit.maxFuel ? unit.maxFuel : used,
    stdout: wasi.stdout(),
    stderr: wasi.stderr(),
    ...(files.length === 0 ? {} : { files }),
    ...(clean ? {} : { reason: end.message }),
  }
}

/** The files of a unit that ended well; or another end, when they are more than may be taken out. */
function collect(end: UnitEnd, wasi: Wasi): { readonly end: UnitEnd; readonly files: readonly UnitFile[] } {
  if (end.outcome !== 'ok') return { end, files: [] }
  try {
    return { end, files: wasi.files() }
  } catch (error) {
    if (error instanceof UnitEnd) return { end: error, files: [] }
    throw error
  }
}
