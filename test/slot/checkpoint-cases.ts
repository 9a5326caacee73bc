import assert from 'node:assert/strict'
import type { LoadModule, RunUnit } from '../../src-main/contracts/slot.ts'
import { LIMITS } from '../../src-main/domain/limits.ts'
import type { Slot, SlotHost } from '../../src-main/engine/ports.ts'
import { waitUntil } from '../support/wait-until.ts'
import * as apps from './apps.ts'
import { loopingOverRecursion, mixing, recursingDeep } from './savable-apps.ts'
import type { SlotCase } from './slot-conformance.ts'
import { openTrial, refuses, type SlotTrial } from './slot-trial.ts'
import { loadOf, moduleName, unitOf } from './units.ts'

/** What every host of slots must do with units that can be saved. */

const WITHIN_MS = 10_000
/** Seconds of work, with safe points all along. */
const app = mixing(200n, { inner: 600_000n })

const savable = (original: Uint8Array) => ({ module: { ...moduleName(original), checkpoint: true } })
export const savableLoad = (original: Uint8Array): LoadModule => loadOf(original, savable(original))
export const savableUnit = (original: Uint8Array, more: Partial<RunUnit> = {}): RunUnit =>
  unitOf(original, { ...savable(original), ...more })

/**
 * A unit at work that can be saved. It is paused to see that it has begun: on a quick machine it ends before a beat
 * is due.
 */
async function underWay({ slot, beatWith }: SlotTrial, original: Uint8Array) {
  await slot.load(savableLoad(original))
  const ended = slot.run(savableUnit(original, { run: 9 }))
  ended.catch(() => undefined)
  for (let ticks = 0; ticks === 0;) {
    const paused = beatWith('a pause', ({ phase }) => phase === 'paused')
    await slot.pause()
    ticks = (await paused).ticks
    await slot.resume()
  }
  return { ended }
}

async function saved(slot: Slot): Promise<Uint8Array> {
  const { run, bytes } = await slot.snapshot(WITHIN_MS)
  assert.equal(run, 9)
  assert.ok(bytes !== undefined && bytes.length <= LIMITS.snapshotBytes)
  return bytes
}

/** What one host saves goes on in the other, with the end that it would have had. */
export async function movesBetween(from: SlotHost, to: SlotHost): Promise<void> {
  const trial = await openTrial(from)
  const { ended } = await underWay(trial, app)
  const bytes = await saved(trial.slot)
  const other = await to.open(0)
  await other.load(savableLoad(app))
  assert.deepEqual(await other.run(savableUnit(app, { resumeFrom: bytes })), await ended)
}

export const CHECKPOINT_CASES: readonly SlotCase[] = [
  {
    name: 'saves a running unit, which goes on, and goes on from what was saved in a fresh slot',
    async run(open) {
      const host = await open()
      const trial = await openTrial(host)
      const { slot } = trial
      const { ended } = await underWay(trial, app)
      const first = await saved(slot)
      await waitUntil('another snapshot', async () => (await saved(slot)).length !== first.length)
      const whole = await ended
      assert.equal(whole.outcome, 'ok')
      assert.equal(whole.stdout.length, 1600)

      const other = await host.open(1)
      await other.load(savableLoad(app))
      const resumed = other.run(savableUnit(app, { run: 9, resumeFrom: first }))
      // What went on from a snapshot can be saved again, and go on here.
      const second = await saved(other)
      assert.deepEqual(await resumed, whole)
      assert.deepEqual(await slot.run(savableUnit(app, { resumeFrom: second })), whole)
    },
  },
  {
    name: 'uses the same fuel with and without checkpoints',
    async run(open) {
      const { slot, run } = await openTrial(await open())
      const small = mixing(20n)
      const plain = await run(small)
      await slot.load(savableLoad(small))
      assert.deepEqual(await slot.run(savableUnit(small)), plain)
      const maxFuel = plain.fuel - 1_000n
      assert.deepEqual(await slot.run(savableUnit(small, { maxFuel })), await run(small, { maxFuel }))
    },
  },
  {
    name: 'wakes a paused unit to save it and parks it again',
    async run(open) {
      const host = await open()
      const trial = await openTrial(host)
      const { slot, nextBeat } = trial
      const { ended } = await underWay(trial, app)
      await slot.pause()
      const bytes = await saved(slot)
      // It may report that it computed for a moment.
      await slot.pause()
      const parked = await nextBeat()
      assert.equal(parked.phase, 'paused')
      assert.deepEqual(await nextBeat(), parked)
      await slot.resume()
      const whole = await ended
      assert.deepEqual(await slot.run(savableUnit(app, { resumeFrom: bytes })), whole)
    },
  },
  {
    name: 'answers without bytes when nothing can be saved, and the unit goes on',
    async run(open) {
      const trial = await openTrial(await open())
      const { slot, runForLong } = trial
      assert.deepEqual(await slot.snapshot(WITHIN_MS), { run: 0 })
      // Without checkpoints.
      const plain = await runForLong()
      assert.deepEqual(await slot.snapshot(WITHIN_MS), { run: 0 })
      await slot.kill()
      await refuses(plain.ended, 'peer-gone')
      // With a safe point in seconds only.
      const again = await openTrial(await open())
      await underWay(again, loopingOverRecursion)
      assert.deepEqual(await again.slot.snapshot(50), { run: 0 })
      // A pause is not kept waiting by one.
      const search = again.slot.snapshot(WITHIN_MS)
      await again.slot.pause()
      assert.deepEqual(await search, { run: 0 })
    },
  },
  {
    name: 'refuses to go on from what is damaged, of another unit or of another module',
    async run(open) {
      const trial = await openTrial(await open())
      const { slot } = trial
      const { ended } = await underWay(trial, app)
      const bytes = await saved(slot)
      await ended
      for (const at of [0, 5, 9, 50, 75, 110, bytes.length >> 1, bytes.length - 1]) {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ 0x10
        await refuses(slot.run(savableUnit(app, { resumeFrom: changed })), 'snapshot-unusable')
      }
      const short = bytes.subarray(0, bytes.length - 4)
      await refuses(slot.run(savableUnit(app, { resumeFrom: short })), 'snapshot-unusable')
      await refuses(slot.run(savableUnit(app, { resumeFrom: bytes, args: ['other'] })), 'snapshot-unusable')
      const other = mixing(3n)
      await slot.load(savableLoad(other))
      await refuses(slot.run(savableUnit(other, { resumeFrom: bytes })), 'snapshot-unusable')
      await slot.load(loadOf(app))
      await refuses(slot.run(unitOf(app, { resumeFrom: bytes })), 'snapshot-unusable')
      assert.equal((await slot.run(savableUnit(other))).outcome, 'ok')
    },
  },
  {
    name: 'refuses checkpoints where there is no safe point, and what a snapshot would not hold',
    async run(open) {
      const { slot } = await openTrial(await open())
      await refuses(slot.load(savableLoad(recursingDeep)), 'module-refused')
      await refuses(slot.load(savableLoad(apps.recursing)), 'module-refused')
      await slot.load(savableLoad(apps.endless))
      const spent = await slot.run(savableUnit(apps.endless, { maxFuel: 50_000_000n }))
      assert.deepEqual([spent.outcome, spent.fuel], ['out-of-fuel', 50_000_000n])
    },
  },
]
