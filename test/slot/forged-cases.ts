import assert from 'node:assert/strict'
import type { RunUnit } from '../../src-main/contracts/slot.ts'
import { errorCode } from '../../src-main/domain/errors.ts'
import type { Slot } from '../../src-main/engine/ports.ts'
import { forgedSnapshot } from '../support/forged-snapshot.ts'
import { waitUntil } from '../support/wait-until.ts'
import { forgedRunFault } from './forged-trial.ts'
import { deepening, filing, mixing } from './savable-apps.ts'
import type { SlotCase } from './slot-conformance.ts'
import { openTrial, type SlotTrial } from './slot-trial.ts'
import { loadOf, moduleName, unitOf } from './units.ts'

const FORGED = 40
const WITHIN_MS = 10_000
const files = [{ path: 'a', bytes: new TextEncoder().encode('from file to file') }]

/** Short units, each with state of its own kind. */
export const FORGED_APPS: readonly Uint8Array[] = [mixing(30n), filing(200n), deepening(500)]

/** A unit and its snapshot at its first safe point: it is parked before it begins and woken for that alone. */
export interface SavedInSlot {
  readonly unit: RunUnit
  /** Absent where there is no safe point. */
  readonly snapshot: Uint8Array | undefined
}

/** Throws what loading the module throws. */
export async function savedInSlot({ slot }: SlotTrial, original: Uint8Array): Promise<SavedInSlot> {
  const module = { ...moduleName(original), checkpoint: true }
  const unit = unitOf(original, { module, files, maxFuel: 20_000_000n })
  await slot.load(loadOf(original, { module }))
  await slot.pause()
  const running = { yes: true }
  const ended = slot.run(unit).finally(() => (running.yes = false))
  const snapshot = await waitUntil('an answer of the unit', async () => {
    const { bytes } = await slot.snapshot(WITHIN_MS)
    return bytes !== undefined || !running.yes ? { bytes } : undefined
  })
  await slot.resume()
  await ended
  return { unit, snapshot: snapshot.bytes }
}

/** What became of a unit that went on from a snapshot forged by this seed; `fault` is what must not be. */
export async function tryForged(
  slot: Slot,
  { unit, snapshot }: SavedInSlot & { readonly snapshot: Uint8Array },
  seed: number,
): Promise<{ readonly end: string; readonly fault?: string | undefined }> {
  try {
    const run = await slot.run({ ...unit, resumeFrom: forgedSnapshot(snapshot, seed) })
    return { end: run.outcome, fault: forgedRunFault(run, unit) }
  } catch (error) {
    const code = errorCode(error)
    return code === 'snapshot-unusable' ? { end: code } : { end: code, fault: String(error) }
  }
}

/** What every host of slots must do with snapshots that somebody has changed, checksum and all. */
export const FORGED_CASES: readonly SlotCase[] = [
  {
    name: 'goes on from forged snapshots within the unit’s limits, or has it start over',
    async run(open) {
      const trial = await openTrial(await open())
      const { slot } = trial
      const { pid } = slot
      const ends = new Set<string>()
      for (const original of FORGED_APPS) {
        const { unit, snapshot } = await savedInSlot(trial, original)
        assert.ok(snapshot !== undefined)
        const whole = await slot.run(unit)
        for (let seed = 0; seed < FORGED; seed++) {
          const { end, fault } = await tryForged(slot, { unit, snapshot }, seed)
          assert.equal(fault, undefined, `seed ${String(seed)}`)
          ends.add(end)
        }
        // It has survived, and what was not changed is as good as before.
        assert.deepEqual(await slot.run({ ...unit, resumeFrom: snapshot }), whole)
      }
      assert.equal(slot.pid, pid)
      assert.ok(ends.has('snapshot-unusable') && ends.has('ok'))
    },
  },
]
