import { serve, type Port } from '../../contracts/rpc.ts'
import { slotRunnerSchema, type SlotRunnerSchema } from '../../contracts/slot-runner.ts'
import type { LoadedModule, LoadModule, RunUnit } from '../../contracts/slot.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { hex32 } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { UnitRun } from '../../domain/outcome.ts'
import { prepareModule } from '../../toolchain/index.ts'
import type { Control } from './control.ts'
import { ModuleShelf, type ShelvedModule } from './module-shelf.ts'
import { Pacer } from './pacer.ts'
import { runUnit, type UnitCheckpoints } from './run-unit.ts'
import { decodeSnapshot } from './snapshot/snapshot-format.ts'
import { SnapshotSearch } from './snapshot/snapshot-search.ts'
import { snapshotIdentity } from './snapshot/unit-identity.ts'
import { unusable } from './snapshot/unusable.ts'

/** What a unit that can be saved needs beyond the others. */
type Saving = Pick<UnitCheckpoints, 'identity' | 'resumeFrom'>

/** Compiled modules kept; each may hold some tens of MB of machine code. */
const SHELF_CAPACITY = 4

export interface RunnerComponents {
  /** To the slot's main thread. */
  readonly port: Port
  readonly control: Control
  monotonicMs(): number
  /** Tests replace it. */
  readonly prepare?: typeof prepareModule
  readonly quantum?: bigint
  readonly wallMs?: number
}

/**
 * The runner thread of a slot: prepares modules and runs units, one thing at a time. While a unit runs it blocks,
 * and is steered through {@link Control} alone.
 */
export function serveRunner(components: RunnerComponents): { close(): void } {
  const { control } = components
  const shelf = new ModuleShelf(SHELF_CAPACITY)
  const wallMs = components.wallMs ?? LIMITS.unitWallMs

  const load = async (request: LoadModule): Promise<LoadedModule> => {
    const known = shelf.get(request.module)
    if (known !== undefined) {
      checkPromise(request, known.loaded.rewrittenHash)
      return { ...known.loaded, prepareMs: 0 }
    }
    const startedMs = components.monotonicMs()
    const prepared = await (components.prepare ?? prepareModule)(request.original, request.module)
    if (prepared.moduleHash !== request.module.moduleHash)
      throw mismatch('the original module', request.module.moduleHash, prepared.moduleHash)
    const rewrittenHash = hex32(prepared.rewrittenHash)
    checkPromise(request, rewrittenHash)
    // Nothing but what the line above rewrote is ever compiled.
    const module = new WebAssembly.Module(prepared.bytes)
    const prepareMs = components.monotonicMs() - startedMs
    const loaded = { rewrittenHash, permissions: prepared.permissions, prepareMs }
    shelf.put(request.module, { module, loaded })
    return loaded
  }

  const run = (unit: RunUnit): UnitRun | Promise<UnitRun> => {
    const shelved = shelf.get(unit.module)
    if (shelved === undefined)
      throw new PowerswarmError('not-found', `module ${unit.module.moduleHash} is not loaded in this slot`)
    if (unit.module.checkpoint === true) return runSavable(unit, shelved)
    if (unit.resumeFrom !== undefined) throw unusable('its module has no checkpoints')
    return runHere(unit, shelved)
  }
  const runSavable = async (unit: RunUnit, shelved: ShelvedModule): Promise<UnitRun> => {
    const identity = await snapshotIdentity(unit, shelved.loaded.rewrittenHash)
    if (unit.resumeFrom === undefined) return runHere(unit, shelved, { identity })
    const resumeFrom = decodeSnapshot(unit.resumeFrom, identity)
    if (resumeFrom.computedMs > wallMs) throw unusable('it has computed for longer than a unit may')
    return runHere(unit, shelved, { identity, resumeFrom })
  }
  const runHere = (unit: RunUnit, { module }: ShelvedModule, saving?: Saving): UnitRun => {
    const search =
      saving &&
      new SnapshotSearch({
        control,
        monotonicMs: () => components.monotonicMs(),
        onAnswer: (request, bytes) =>
          bytes === undefined
            ? server.notify('snapshot', { request })
            : server.notify('snapshot', { request, bytes }, [bytes.buffer]),
      })
    const pacer = new Pacer({
      control,
      monotonicMs: () => components.monotonicMs(),
      wallMs,
      onPhase: (phase, command) => server.notify('phase', { phase, command }),
      ...(saving?.resumeFrom === undefined ? {} : { computedMs: saving.resumeFrom.computedMs }),
      ...(search === undefined ? {} : { search }),
    })
    const { fraction } = saving?.resumeFrom ?? {}
    if (fraction !== undefined) control.setFraction(fraction)
    pacer.start()
    const checkpoints: UnitCheckpoints | undefined = saving &&
      search && {
        ...saving,
        isWanted: () => search.isSearching,
        isStillWanted: () => search.isStillWanted(control.command),
        read: () => {
          const { fraction: reported } = control.read()
          return { computedMs: pacer.computedMs, ...(reported === undefined ? {} : { fraction: reported }) }
        },
        onSaved: (bytes) => {
          search.answer(bytes)
          pacer.goOn()
        },
      }
    return runUnit(unit, {
      module,
      onTick: (used) => pacer.tick(used),
      onProgress: (reported) => control.setFraction(reported),
      quantum: components.quantum ?? (() => pacer.quantum),
      ...(checkpoints === undefined ? {} : { checkpoints }),
    })
  }

  const server = serve<SlotRunnerSchema>(slotRunnerSchema, components.port, { load, run })
  return server
}

function checkPromise(request: LoadModule, rewrittenHash: string): void {
  const promised = request.rewrittenHash
  if (promised !== undefined && promised !== rewrittenHash)
    throw mismatch('the rewritten module', promised, rewrittenHash)
}

function mismatch(what: string, promised: string, found: string): PowerswarmError {
  return new PowerswarmError('module-hash-mismatch', `the hash of ${what} is not the promised one`, {
    details: { promised, found },
  })
}
