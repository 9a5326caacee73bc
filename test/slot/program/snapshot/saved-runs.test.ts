import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { UnitRun } from '../../../../src-main/domain/outcome.ts'
import { MIB, WASM_PAGE_BYTES } from '../../../../src-main/domain/units.ts'
import { runUnit } from '../../../../src-main/slot/program/run-unit.ts'
import { SAVED_PAGE_BYTES } from '../../../../src-main/slot/program/snapshot/memory-pages.ts'
import {
  decodeSnapshot,
  encodeSnapshot,
  type UnitState,
} from '../../../../src-main/slot/program/snapshot/snapshot-format.ts'
import { snapshotIdentity } from '../../../../src-main/slot/program/snapshot/unit-identity.ts'
import { runSavable, savableModule, type SavableModule } from '../../../support/savable-run.ts'
import { mixing } from '../../savable-apps.ts'
import { unitOf } from '../../units.ts'

const LIMIT = 16 * MIB
/** Endings that a quorum compares: well, a trap, and the stack spent in a function that calls itself. */
const apps = {
  well: mixing(30n),
  trap: mixing(30n, { ending: [0x00] }),
  outOfBounds: mixing(12n, { ending: [0x41, 0x7f, 0x28, 2, 0, 0x1a] }),
}
const plain: Record<string, SavableModule> = {}
const savable: Record<string, SavableModule> = {}

beforeAll(async () => {
  for (const [name, original] of Object.entries(apps)) {
    plain[name] = await savableModule(original, LIMIT, false)
    savable[name] = await savableModule(original, LIMIT)
  }
})

function uninterrupted(name: string, maxFuel: bigint): UnitRun {
  const { module } = plain[name]!
  return runUnit(unitOf(apps.well, { maxFuel }), {
    module,
    onTick: () => undefined,
    onProgress: () => undefined,
  })
}

describe('a unit that is saved on its way', () => {
  it('ends as it would have, wherever it is saved, goes on and runs out of fuel', async () => {
    let saved = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(apps) as (keyof typeof apps)[])),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        fc.array(fc.bigInt({ min: 0n, max: 5_000n }), { minLength: 1, maxLength: 9 }),
        fc.oneof(fc.constant(10_000_000n), fc.bigInt({ min: 1n, max: 3_000_000n })),
        async (name, after, moves, quanta, maxFuel) => {
          let tick = 0
          const run = await runSavable(savable[name]!, unitOf(apps[name], { maxFuel }), {
            after,
            elsewhere: (snapshot) => moves[snapshot] ?? false,
            quantum: () => quanta[tick++ % quanta.length] ?? 1n,
          })
          saved += run.snapshots.length
          expect(run.ended).toEqual(uninterrupted(name, maxFuel))
        },
      ),
      { seed: 5, numRuns: 120 },
    )
    expect(saved).toBeGreaterThan(200)
  }, 60_000)

  it('is saved in the same bytes by every run that is saved at the same point', async () => {
    const unit = unitOf(apps.well)
    const once = (elsewhere: boolean) =>
      runSavable(savable['well']!, unit, {
        after: [50, 60, 70],
        elsewhere: () => elsewhere,
        quantum: () => 1_000n,
      })
    const [here, there] = [await once(false), await once(true)]
    expect(there.snapshots.length).toBe(3)
    expect(there.snapshots[0]).toEqual(here.snapshots[0])
  })

  it('does not go on from a forged state: it starts over', async () => {
    const unit = unitOf(apps.well)
    const { snapshots } = await runSavable(savable['well']!, unit, {
      after: [50],
      elsewhere: () => false,
      quantum: () => 1_000n,
    })
    const identity = await snapshotIdentity(unit, savable['well']!.rewrittenHash)
    const state = decodeSnapshot(snapshots[0]!, identity)
    const goesOnFrom = (forged: Partial<UnitState>): Promise<unknown> => {
      const memory = forged.memory ?? state.memory
      const whole = new Uint8Array(memory.wasmPages * WASM_PAGE_BYTES)
      for (const [place, page] of memory.pages.entries())
        whole.set(
          memory.bytes.subarray(place * SAVED_PAGE_BYTES, (place + 1) * SAVED_PAGE_BYTES),
          page * SAVED_PAGE_BYTES,
        )
      const resumeFrom = encodeSnapshot(identity, { ...state, ...forged, memory: whole.buffer })!
      return runSavable(savable['well']!, unit, { after: [], elsewhere: () => false, resumeFrom })
    }
    await expect(goesOnFrom({})).resolves.toMatchObject({ ended: uninterrupted('well', unit.maxFuel) })
    const unusable = { code: 'snapshot-unusable' }
    await expect(goesOnFrom({ fuel: 2n ** 64n - 10n ** 15n })).rejects.toMatchObject(unusable)
    await expect(goesOnFrom({ fuel: unit.maxFuel + 1n })).rejects.toMatchObject(unusable)
    await expect(goesOnFrom({ stack: state.stack.slice(0, 16) })).rejects.toMatchObject(unusable)
    // More frames than the unit takes back, and none of the last one.
    const longer = new Uint8Array(state.stack.length + 16)
    longer.set(state.stack)
    await expect(goesOnFrom({ stack: longer })).rejects.toMatchObject(unusable)
    await expect(goesOnFrom({ stack: state.stack.slice(0, -4) })).rejects.toMatchObject(unusable)
    // The room for the stack is the last of the saved globals: two of the module's own come before it, 16 bytes each.
    const ROOM_AT = 16 + 2 * 16
    for (const room of [-1n, 2n ** 40n]) {
      const stack = state.stack.slice()
      new DataView(stack.buffer).setBigInt64(ROOM_AT, room, true)
      await expect(goesOnFrom({ stack })).rejects.toMatchObject(unusable)
    }
    const descriptors = state.wasi.descriptors.map((item) => ({ ...item, rightsBase: 2n ** 64n - 1n }))
    await expect(goesOnFrom({ wasi: { ...state.wasi, descriptors } })).rejects.toMatchObject(unusable)
    const larger = { ...state.memory, wasmPages: 2 ** 15 }
    await expect(goesOnFrom({ memory: larger })).rejects.toMatchObject(unusable)
  })

  it('is not saved where it is never asked', async () => {
    const run = await runSavable(savable['well']!, unitOf(apps.well), { after: [], elsewhere: () => false })
    expect(run.snapshots).toEqual([])
    expect(run.ended).toEqual(uninterrupted('well', 10_000_000_000n))
  })
})
