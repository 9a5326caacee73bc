import assert from 'node:assert/strict'
import type { Beat } from '../../src-main/contracts/slot.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import type { UnitRun } from '../../src-main/domain/outcome.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'
import { waitUntil } from '../support/wait-until.ts'
import * as apps from './apps.ts'
import { loadOf, unitOf } from './units.ts'

/** Fuel of units that only a pause, a kill or their limit ends: minutes of computing. */
const LONG = LIMITS.fuelPerUnit

/** An app at work that ends only when it is killed. */
export interface LongRun {
  readonly beats: readonly Beat[]
  readonly ended: Promise<UnitRun>
}

/** Slot 0 of a host, and what trials of slots have in common. Depends on no test runner. */
export interface SlotTrial {
  readonly slot: Slot
  /** Loads and runs an app as one unit. */
  run(original: Uint8Array, more?: Parameters<typeof unitOf>[1]): Promise<UnitRun>
  /** Starts an app that never ends, as run 9; resolves at its first sign of computing. */
  runForLong(original?: Uint8Array): Promise<LongRun>
  nextBeat(): Promise<Beat>
  /** The first beat from now on that `wanted` accepts. */
  beatWith(what: string, wanted: (beat: Beat) => boolean): Promise<Beat>
}

export async function openTrial(host: SlotHost): Promise<SlotTrial> {
  const slot = await host.open(0)
  const nextBeat = (): Promise<Beat> =>
    new Promise((resolve) => {
      const stop = slot.onBeat((beat) => {
        stop()
        resolve(beat)
      })
    })
  return {
    slot,
    run: async (original, more = {}) => {
      await slot.load(loadOf(original))
      return slot.run(unitOf(original, more))
    },
    runForLong: async (original = apps.endless) => {
      const beats: Beat[] = []
      slot.onBeat((beat) => beats.push(beat))
      await slot.load(loadOf(original))
      const ended = slot.run(unitOf(original, { run: 9, maxFuel: LONG }))
      ended.catch(() => undefined)
      await waitUntil('the first tick', () => (beats.at(-1)?.ticks ?? 0) > 0)
      return { beats, ended }
    },
    nextBeat,
    beatWith: (what, wanted) =>
      waitUntil(what, async () => {
        const beat = await nextBeat()
        return wanted(beat) && beat
      }),
  }
}

/** Asserts that a call to a slot is refused with this code. */
export async function refuses(call: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.equal((error as { readonly code?: unknown }).code, code)
    return true
  })
}
