import type { RunUnit } from '../../src-main/contracts/slot.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'
import { runUnit } from '../../src-main/slot/program/run-unit.ts'
import { decodeSnapshot } from '../../src-main/slot/program/snapshot/snapshot-format.ts'
import { snapshotIdentity } from '../../src-main/slot/program/snapshot/unit-identity.ts'
import { UnitEnd } from '../../src-main/slot/program/unit-end.ts'
import { prepareModule, REWRITER_VERSION } from '../../src-main/toolchain/index.ts'

export interface SavableModule {
  readonly module: WebAssembly.Module
  readonly rewrittenHash: string
}

export interface SavableRunOptions {
  readonly quantum?: () => bigint
  /** A snapshot is wanted at the ticks with these numbers, counted from the start or the last snapshot. */
  readonly after: readonly number[]
  /** By snapshot: whether the unit goes on in a fresh instance, from the bytes; else in the same. */
  readonly elsewhere: (snapshot: number) => boolean
  readonly resumeFrom?: Uint8Array
}

export interface SavableRun {
  readonly ended: UnitRun
  readonly snapshots: readonly Uint8Array[]
  readonly saveMs: readonly number[]
}

export async function savableModule(
  original: Uint8Array,
  memoryLimitBytes: number,
  checkpoint = true,
): Promise<SavableModule> {
  const options = { rewriterVersion: REWRITER_VERSION, memoryLimitBytes, checkpoint }
  const { bytes, rewrittenHash } = await prepareModule(original, options)
  return { module: new WebAssembly.Module(bytes), rewrittenHash }
}

/** Runs a unit on this thread, saving it on its way and going on from what was saved. */
export async function runSavable(
  { module, rewrittenHash }: SavableModule,
  unit: RunUnit,
  options: SavableRunOptions,
): Promise<SavableRun> {
  const identity = await snapshotIdentity(unit, rewrittenHash)
  const snapshots: Uint8Array[] = []
  const saveMs: number[] = []
  const after = [...options.after]
  let from = options.resumeFrom
  for (;;) {
    let ticksLeft = after.shift() ?? Infinity
    const moved = { yes: false }
    const ended = runUnit(unit, {
      module,
      ...(options.quantum === undefined ? {} : { quantum: options.quantum }),
      onTick: () => (ticksLeft -= 1),
      onProgress: () => undefined,
      checkpoints: {
        identity,
        ...(from === undefined ? {} : { resumeFrom: decodeSnapshot(from, identity) }),
        isWanted: () => ticksLeft <= 0,
        read: () => {
          saveMs.push(-performance.now())
          return { computedMs: 0 }
        },
        onSaved: (bytes) => {
          saveMs[saveMs.length - 1]! += performance.now()
          if (bytes === undefined) throw new Error('too large to be saved')
          snapshots.push(bytes)
          from = bytes
          moved.yes = options.elsewhere(snapshots.length - 1)
          if (moved.yes) throw new UnitEnd('timeout', 'goes on elsewhere')
          ticksLeft = after.shift() ?? Infinity
        },
      },
    })
    if (!moved.yes) return { ended, snapshots, saveMs }
  }
}
