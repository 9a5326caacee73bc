import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'
import { builtFile } from '../support/build.ts'
import { HOSTILE_MODULES } from '../support/hostile-modules.ts'
import { watchLateness } from '../support/lateness.ts'
import { expectable, tryHostile, tryHostileSavable } from './hostile-trial.ts'

/** The design's bound is 250 ms on a machine that does nothing else; tests share theirs. */
const LATE_MS = 3_000

let host: SlotHost
let slot: Slot
beforeAll(async () => {
  host = await createNodeSlotHost({
    execPath: process.execPath,
    programPath: await builtFile('main/slot-node-host.js'),
    background: false,
  })
  slot = await host.open(0)
})
afterAll(() => host.close())

describe('a slot process survives a module that', () => {
  it.each(HOSTILE_MODULES)('$name', async (hostile) => {
    const original = hostile.build()
    const lateness = watchLateness()
    const end = await tryHostile(slot, hostile, original)
    lateness.stop()
    expect(expectable(end)).toEqual(hostile.end)
    expect(lateness.worstMs).toBeLessThan(LATE_MS)
  })
})

describe('a slot process that is asked for snapshots all the while', () => {
  let saved = 0
  it.each(HOSTILE_MODULES)('$name: ends as it would have', { timeout: 60_000 }, async (hostile) => {
    const original = hostile.build()
    const savable = await tryHostileSavable(slot, hostile, original)
    if (savable === undefined) return
    expect(savable.end).toEqual(await tryHostile(slot, hostile, original))
    saved += savable.snapshots
  })

  it('has saved some of them', () => {
    expect(saved).toBeGreaterThan(20)
  })
})
