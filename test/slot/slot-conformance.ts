import assert from 'node:assert/strict'
import { hex32 } from '../../src-main/domain/ids.ts'
import type { Watch } from '../../src-main/engine/adapters/slot-host/watched-slot.ts'
import type { SlotHost } from '../../src-main/engine/ports.ts'
import { prepareModule, REWRITER_VERSION } from '../../src-main/toolchain/index.ts'
import { isAlive, waitUntil } from '../support/wait-until.ts'
import * as apps from './apps.ts'
import { CHECKPOINT_CASES } from './checkpoint-cases.ts'
import { FORGED_CASES } from './forged-cases.ts'
import { openTrial, refuses } from './slot-trial.ts'
import { snooping, snoopedBy } from './snooping.ts'
import { loadOf, moduleName, text, unitOf } from './units.ts'

/** One thing that every host of slots must do. Asserts by itself, so that any test runner can run it. */
export interface SlotCase {
  readonly name: string
  /** @param open makes a fresh host; whoever runs the case closes it */
  run(open: (watch?: Watch) => Promise<SlotHost>): Promise<void>
}

/** Gives a silent slot up in two rounds of the timer instead of thirty. */
const IMPATIENT: Watch = {
  every: (ms, work) => {
    const timer = setInterval(work, ms)
    return () => clearInterval(timer)
  },
  silenceMs: 2_000,
}

const gone = (pid: number): Promise<unknown> => waitUntil('the end of a slot', () => !isAlive(pid))

/** What every host of slots must do with friendly units and orders; for hostile modules see hostile-trial.ts. */
export const SLOT_CASES: readonly SlotCase[] = [
  {
    name: 'runs a friendly app with arguments, input and output',
    async run(open) {
      const { run } = await openTrial(await open())
      const ended = await run(apps.echoing, { stdin: new TextEncoder().encode('to and fro'), args: ['1'] })
      assert.equal(ended.outcome, 'ok')
      assert.equal(ended.exitCode, 0)
      assert.equal(text(ended.stdout), 'to and fro')
    },
  },
  {
    name: 'hands files to a unit and takes files from it',
    async run(open) {
      const { run } = await openTrial(await open())
      const a = { path: 'a', bytes: new TextEncoder().encode('from file to file') }
      const ended = await run(apps.copyingFiles(), { files: [a] })
      assert.equal(ended.outcome, 'ok')
      assert.deepEqual(ended.files, [{ path: 'b', bytes: a.bytes }])
      // Nothing of one unit is left for the next.
      const next = await run(apps.copyingFiles())
      assert.deepEqual(next.files, [{ path: 'b', bytes: new Uint8Array() }])
    },
  },
  {
    name: 'tells exit codes, traps, floods and endless loops apart',
    async run(open) {
      const { run } = await openTrial(await open())
      assert.equal((await run(apps.exiting(7))).exitCode, 7)
      assert.equal((await run(apps.trapping)).outcome, 'trap')
      assert.equal((await run(apps.flooding, { maxOutputBytes: 8192 })).outcome, 'output-too-large')
      const endless = await run(apps.endless, { maxFuel: 200_000_000n })
      assert.equal(endless.outcome, 'out-of-fuel')
      assert.equal(endless.fuel, 200_000_000n)
    },
  },
  {
    name: 'contains endless recursion and hunger for memory, and goes on with the next unit',
    async run(open) {
      const { run } = await openTrial(await open())
      assert.equal((await run(apps.recursing)).outcome, 'stack-overflow')
      assert.equal((await run(apps.hoarding)).exitCode, 3)
      assert.equal(text((await run(apps.printing('still here'))).stdout), 'still here')
    },
  },
  {
    name: 'uses equal fuel in every run',
    async run(open) {
      const { run, slot } = await openTrial(await open())
      const app = apps.counting(3_000_000n)
      const first = await run(app)
      assert.equal(first.outcome, 'ok')
      assert.equal((await run(app)).fuel, first.fuel)
      await slot.throttle(0.5)
      assert.equal((await run(app)).fuel, first.fuel)
    },
  },
  {
    name: 'runs hundreds of units one after the other',
    async run(open) {
      // Memories have addresses of their own, of which an engine has only so many at a time.
      const { run, slot } = await openTrial(await open())
      const app = apps.counting(1n)
      const first = await run(app)
      for (let unit = 0; unit < 1_000; unit++) assert.deepEqual(await slot.run(unitOf(app)), first)
    },
  },
  {
    name: 'keeps several modules apart',
    async run(open) {
      const { slot } = await openTrial(await open())
      const [a, b] = [apps.printing('a'), apps.printing('b')]
      await slot.load(loadOf(a))
      await slot.load(loadOf(b))
      assert.equal(text((await slot.run(unitOf(a))).stdout), 'a')
      assert.equal(text((await slot.run(unitOf(b))).stdout), 'b')
    },
  },
  {
    name: 'refuses bytes that are not the named ones and rewrites that are not the promised ones',
    async run(open) {
      const { slot } = await openTrial(await open())
      const app = apps.printing('x')
      await refuses(
        slot.load(loadOf(app, { module: moduleName(apps.printing('y')) })),
        'module-hash-mismatch',
      )
      await refuses(slot.load(loadOf(app, { rewrittenHash: hex32('ab'.repeat(32)) })), 'module-hash-mismatch')
      await refuses(slot.run(unitOf(app)), 'not-found')
    },
  },
  {
    name: 'refuses a module that somebody else rewrote, and one that wants more than WASI',
    async run(open) {
      const { slot } = await openTrial(await open())
      const { bytes } = await prepareModule(apps.endless, {
        rewriterVersion: REWRITER_VERSION,
        memoryLimitBytes: moduleName(apps.endless).memoryLimitBytes,
      })
      await refuses(slot.load(loadOf(bytes)), 'module-refused')
      await refuses(slot.load(loadOf(apps.overreaching)), 'module-refused')
      await refuses(slot.load(loadOf(new Uint8Array(100))), 'module-malformed')
    },
  },
  {
    name: 'shows a unit no file, no network, no environment and no clock of the machine',
    async run(open) {
      const { run } = await openTrial(await open())
      const { stdout } = await run(snooping)
      const { realtimeNs, environmentVariables, attempts, successes } = snoopedBy(stdout)
      assert.deepEqual([environmentVariables, successes], [0, 0])
      assert.equal(attempts, 144)
      // The virtual calendar begins in 2000, and nothing in it depends on when the unit runs.
      assert.ok(realtimeNs < BigInt(Date.UTC(2001, 0)) * 1_000_000n)
      assert.deepEqual((await run(snooping)).stdout, stdout)
    },
  },
  {
    name: 'stops computing when paused and goes on when resumed',
    async run(open) {
      const { slot, runForLong, nextBeat, beatWith } = await openTrial(await open())
      const { ended } = await runForLong()
      await slot.pause()
      const parked = await nextBeat()
      assert.equal(parked.run, 9)
      assert.equal(parked.phase, 'paused')
      assert.deepEqual(await nextBeat(), parked)
      await slot.resume()
      await beatWith('further ticks', ({ ticks }) => ticks > parked.ticks)
      await slot.kill()
      await refuses(ended, 'peer-gone')
    },
  },
  {
    name: 'starts a unit parked when it was paused before',
    async run(open) {
      const { slot, nextBeat, beatWith } = await openTrial(await open())
      await slot.load(loadOf(apps.endless))
      await slot.pause()
      const beat = nextBeat()
      const ended = slot.run(unitOf(apps.endless, { maxFuel: 100_000_000n }))
      assert.equal((await beat).ticks, 0)
      await beatWith('the pause', ({ phase }) => phase === 'paused')
      await slot.resume()
      assert.equal((await ended).outcome, 'out-of-fuel')
    },
  },
  {
    name: 'goes on computing when throttled in the middle of a unit',
    async run(open) {
      const { slot, runForLong, nextBeat, beatWith } = await openTrial(await open())
      await runForLong()
      await slot.throttle(0.1)
      const { ticks } = await nextBeat()
      await beatWith('further ticks', (beat) => beat.ticks > ticks)
    },
  },
  {
    name: 'reports progress',
    async run(open) {
      const { runForLong } = await openTrial(await open())
      const { beats } = await runForLong(apps.reporting)
      const { run, phase, fraction } = beats.at(-1) ?? {}
      assert.deepEqual([run, phase, fraction], [9, 'running', 0.25])
    },
  },
  {
    name: 'dies at once when killed in the middle of a unit, and can be opened again',
    async run(open) {
      const host = await open()
      const { slot, runForLong } = await openTrial(host)
      const { ended } = await runForLong()
      const reasons: string[] = []
      slot.onClosed((reason) => reasons.push(reason))
      await slot.kill()
      await gone(slot.pid)
      await refuses(ended, 'peer-gone')
      assert.equal(reasons.length, 1)
      await refuses(slot.pause(), 'peer-gone')
      const again = await openTrial(host)
      assert.equal(text((await again.run(apps.printing('again'))).stdout), 'again')
    },
  },
  {
    name: 'kills a slot that shows no sign of life, in a unit as in a load',
    async run(open) {
      const host = await open(IMPATIENT)
      const { slot, runForLong } = await openTrial(host)
      const { ended } = await runForLong()
      const closed = new Promise<string>((resolve) => slot.onClosed(resolve))
      process.kill(slot.pid, 'SIGSTOP')
      await refuses(ended, 'slot-failed')
      assert.match(await closed, /no sign of life for 2000 ms/)
      await gone(slot.pid)
      const again = await openTrial(host)
      process.kill(again.slot.pid, 'SIGSTOP')
      await refuses(again.slot.load(loadOf(apps.exiting(0))), 'slot-failed')
      assert.equal((await (await openTrial(host)).run(apps.exiting(0))).outcome, 'ok')
    },
  },
  {
    name: 'gives each slot a process of its own and ends them all on close',
    async run(open) {
      const host = await open()
      const { slot } = await openTrial(host)
      const other = await host.open(1)
      assert.notEqual(other.pid, slot.pid)
      await refuses(host.open(1), 'already-exists')
      await host.close()
      await Promise.all([slot, other].map(({ pid }) => gone(pid)))
    },
  },
  ...CHECKPOINT_CASES,
  ...FORGED_CASES,
]
