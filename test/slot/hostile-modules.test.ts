import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNodeSlotHost } from '../../src-main/engine/adapters/slot-host/node-slot-host.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'
import { builtFile } from '../support/build.ts'
import { HOSTILE_MODULES } from '../support/hostile-modules.ts'
import { watchLateness } from '../support/lateness.ts'
import { expectable, tryHostile } from './hostile-trial.ts'

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
